"""Why this file exists: the exercises on codes that are clouds, and on making data out of noise.

What is asked, the hint and the explanation stand here, the functions in `code.py`, the checks in `checks.py`. The tests
hold every number that is quoted here to a run.
"""

from ..base import Exercise
from . import checks, code, step_checks

CLOUDS = (
    Exercise(
        number="4.3", title="A code without a price", level="easy", kind="predict",
        statement=r"""
The smallest VAE has numbers $x$ of variance 1 as its data. The cloud of $x$ has the mean $b x$ and the width $s$, the
decoder draws $a z$ with $\sigma_x = 0.2$, and gradient descent trains $a$, $b$ and $s$, where all means are computed
without chance. With the weight $\beta = 1$ in front of the KL term, the width ends at 0.2. **Before you run it**: what
becomes of the width $s$ with $\beta = 0$?

- A. It stays at its first value, 1, since nothing speaks about it any more.
- B. It ends at a smaller value, at which it then stays.
- C. It shrinks as long as one trains, toward 0.
- D. It grows as long as one trains.

The cell also prints $b$, how far the means of the clouds lie apart. Which way does it go, and why does that help?
""",
        hint=r"""
Only the reconstruction is left, the mean of $\lvert x - a z \rvert^2$ with $z = b x + s \varepsilon$. Which part of it
comes from $\varepsilon$? What would you do with $s$, and with $a$, if you only wanted that part to be small?
""",
        given=(code.smallest_vae,), experiment=code.without_a_price, prediction='"A", "B", "C" or "D"',
        check=checks.without_a_price,
        explanation=r"""
C. The error is $(1 - a b)^2 + a^2 s^2$. Noise only harms, so $s$ has a slope that never changes its sign: 0.233 after
100 steps, 0.091 after 1,000 and 0.035 after 10,000. It slows down because the slope by $\log s$, in which the cell
takes its steps, is proportional to $s^2$, and it never arrives. The other way to a small $a s$ is a small $a$, with $b$
large to make up for it: the means move apart, from 1.8 to 2.6.

So without the KL term a VAE turns itself into a plain autoencoder, with points for clouds and codes as far apart as
they like. The KL term does two things: it keeps the clouds wide, by $-\log s^2$, and near 0, by $m^2$. With $\beta = 1$
the run ends at $s = 0.2$ and $b = 0.98$, as the chapter's formula for the linear VAE says: $s^2 = \sigma_x^2 / \lambda$
and $b = \sqrt{1 - \sigma_x^2 / \lambda}$ with $\lambda = 1$.
""",
    ),
    Exercise(
        number="4.8", title="From one cloud to another", level="medium", kind="code",
        statement=r"""
The chapter has the KL divergence of a cloud from the standard normal distribution. Find it for two clouds
$q_1$ and $q_2$, both with independent coordinates: means $m_1, m_2$ and logarithms of the variances
$\log s_1^2, \log s_2^2$, arrays of shape (N, k), one pair of clouds for each row. Derive

$$\mathrm{KL}(q_1 \Vert q_2) = \mathbb{E}_{q_1}\!\left[\log \frac{q_1(z)}{q_2(z)}\right]$$

for one coordinate first, then write it for all rows, without a Python loop over the rows. Return an array (N,).

Then compare both directions for a narrow cloud inside of a wide one, $s_1 = 0.1$ and $s_2 = 1$ with equal means. Which
is dearer, and can you say why in a sentence?
""",
        hint=r"""
The constant with $2 \pi$ is the same in both densities. Under $q_1$, what is the mean of $(z - m_1)^2$? And of
$(z - m_2)^2$: write it as $(z - m_1) + (m_1 - m_2)$. With $q_2$ standard normal the chapter's formula must come out.
""",
        answer=code.kl_of_clouds, check=checks.kl_of_clouds,
        explanation=r"""
For one coordinate the logarithms of the densities are $-\log s - (z - m)^2 / 2 s^2$ and a common constant. Under $q_1$
the mean of $(z - m_1)^2$ is $s_1^2$, and that of $(z - m_2)^2$ is $s_1^2 + (m_1 - m_2)^2$, since the mixed term has the
mean 0. So

$$\mathrm{KL}(q_1 \Vert q_2) =
\frac12 \left( \frac{s_1^2 + (m_1 - m_2)^2}{s_2^2} - 1 - \log \frac{s_1^2}{s_2^2} \right) ,$$

and independent coordinates add up. From the narrow cloud to the wide one it is 1.81, from the wide to the narrow 47.2:
KL asks how surprised somebody is who believes in $q_2$ and sees draws of $q_1$. Who believes in the narrow cloud finds
nearly every draw of the wide one impossible. In a VAE $q_1$ is the encoder's cloud, so an encoder may be surer than the
prior at a low price. Diffusion models use the same formula, for the steps back of the model and of the data.
""",
    ),
    Exercise(
        number="4.12", title="Half forgotten", level="medium", kind="predict",
        statement=r"""
The chapter's diffusion spoils a point in $T = 50$ steps, with $\beta_t$ growing evenly from 0.001 to 0.2. **Before you
run it**: after which step, counted from 1, does less than half of the variance of $x_t$ come from the data (of variance
1)? Then run `half_forgotten(1000, 0.0001, 0.02)`, the schedule of Ho et al. (2020), and find a rule that predicts both.
""",
        hint=r"""
What is left of the data's variance after $t$ steps is a product. Its logarithm is a sum, and for small $\beta$ the
logarithm of $1 - \beta$ is about $-\beta$. What is the sum of the first $t$ numbers $\beta$, if they grow evenly?
""",
        experiment=code.half_forgotten, prediction="the number of the step", check=checks.half_forgotten,
        explanation=r"""
After step 19. The data's share of the variance is $\bar\alpha_t$, and
$\log \bar\alpha_t = \sum \log(1 - \beta_i) \approx -\sum \beta_i$. The $\beta$ grow by about 0.2 / 50 from step to
step, so their sum is about $0.002\, t^2$. It must reach $\log 2 = 0.693$, which happens at $t \approx 18.6$. For the
long schedule the sum is about $10^{-5}\, t^2$, so $t \approx 263$; the run says 260.

So half of the variance is gone after three eighths of the short schedule and a quarter of the long one. The rest of
the steps works on points that are mostly noise. On the chapter's ring little is decided there: with 20 steps to go back
the nearest center is the final one for about four points in ten, with 10 steps for about eight, with 5 for nearly all.
Large and distant features are decided earlier than small ones, which is why schedules differ.
""",
    ),
    Exercise(
        number="4.13", title="Fifty steps in ten", level="medium", kind="code",
        statement=r"""
The chapter's diffusion model makes fifty small steps back, each with fresh noise. Song, Meng and Ermon (2021) leap,
with the same trained network and without fresh noise. A guess $\varepsilon$ of the noise in $x_t$ says which clean
point $\hat x_0$ it would be: solve $x_t = \sqrt{\bar\alpha_t}\, \hat x_0 + \sqrt{1 - \bar\alpha_t}\; \varepsilon$ for
it. Then spoil $\hat x_0$ again with the *same* $\varepsilon$, but only as much as belongs to a step $t'$ further back:

$$x_{t'} = \sqrt{\bar\alpha_{t'}}\, \hat x_0 + \sqrt{1 - \bar\alpha_{t'}}\; \varepsilon .$$

From there guess anew, and so on; the last leap goes to $\bar\alpha = 1$, which leaves $\hat x_0$. Write it: you get the
noise `x` (N, D) to begin with, a function `guess(x, t)`, the array `alpha_bars` as in the chapter, and the list `steps`
of the steps at which to guess, the largest first.

Try it on the ring with the chapter's `best_guess` (run the chapter up to Figure 4.29 for it): how many points go astray
with 50 leaps, with 10, with a single one?
""",
        hint="""
Each leap has two levels of noise, the one of now and the one of the next step in the list. What is the level after the
last one? No random number is drawn.
""",
        answer=code.leaps, check=step_checks.leaps,
        explanation=r"""
The guess is made at the step where the point *is*, and both levels in the formula are $\bar\alpha$, the shares of the
whole way, not $\alpha_t$ of one step. With the best guess, `range(49, -1, -1)` as the list and a thousand points, less
than 1 % lie far off; in 10 leaps (49, 44, ..., 4) it is about 8 %, in 5 leaps a third. A single leap draws every point
near the middle of the ring, where there are no data: from pure noise the best guess of the clean point is the mean of
all data.

So a leap is exact only where the guess does not change on the way, and what many steps buy is that the guess may
change its mind. Without fresh noise the way is a function: the same noise gives the same picture. That makes the noise
a code of the picture, as large as the picture itself, and one can walk in it.
""",
    ),
    Exercise(
        number="4.14", title="Through chance, by hand", level="hard", kind="code",
        statement=r"""
Write the bound and its gradient without an engine. The decoder is a matrix $A$ of shape (D, k),
$p(x \mid z) = \mathcal{N}(A z, \sigma^2 I)$. For each of $N$ rows $x$ the encoder has returned $m$ and $\log s^2$, and
one noise vector $\varepsilon$ was drawn for it. All come as arrays: `x` (N, D), `m`, `log_var` and `noise` (N, k).
Return

- the bound of each row (N,), with the reconstruction term at $z = m + s \varepsilon$, *with* its constant, and the KL
  term by its formula;
- its slopes by $m$ and by $\log s^2$, each (N, k), for the noise as it was drawn.

The rows are not averaged, and it is the bound that is differentiated, not a loss.
""",
        hint=r"""
First the slope of the reconstruction term by $z$, one vector for each row. From $z$ two paths lead on: to $m$, and
through $s = e^{\log s^2 / 2}$ to the logarithm; the factor $\frac12$ comes from there. The KL term has its own two
slopes. Differences with the noise held fixed tell whether all is right.
""",
        answer=code.bound_and_slopes, check=checks.bound_and_slopes,
        explanation=r"""
With the miss $r = x - A z$ the slope of the reconstruction by $z$ is $A^\top r / \sigma^2$: the rule of a linear layer.
Since $\partial z / \partial m = 1$ and $\partial z / \partial \log s^2 = \frac12 s \varepsilon$, the noise occurs in
the second slope only. The KL term adds $-m$ and $-\frac12 (s^2 - 1)$.

Look at the slope by $\log s^2$. On average over the noise, $\varepsilon\, A^\top r$ is $-s$ times the squared lengths
of the columns of $A$, so the reconstruction wants a narrow cloud, always. The KL term pushes the other way as long as
$s < 1$. Where the two are equal, $s^2 = \sigma^2 / (\sigma^2 + \lvert a_i \rvert^2)$ for the column $a_i$: a number of
the code that the decoder hardly uses keeps the width of the prior.
""",
    ),
    Exercise(
        number="4.15", title="More draws, a better bound", level="hard", kind="derive",
        statement=r"""
For one row $x$ draw $z_1, \dots, z_L$ independently from $q(z \mid x)$. The ratios
$w_l = p(x \mid z_l)\, p(z_l) / q(z_l \mid x)$ are random, each with the mean $p(x)$. The chapter averages them under
the logarithm,

$$B_L = \mathbb{E}\Bigl[\log \frac1L \sum_{l=1}^{L} w_l\Bigr] .$$

1. Why has $w$ the mean $p(x)$, and why is $B_L \le \log p(x)$ for every $L$?
2. Show that $B_1 \le B_2$, and then that $B_L \le B_{L+1}$. (The mean of $L + 1$ numbers is the mean of the $L + 1$
   means that leave out one of them.)
3. Let $w / p(x)$ be 0.1 or 1.9, each with probability $\frac12$. How large is the gap $\log p(x) - B_L$ for $L = 1$ and
   for $L = 2$?
4. For large $L$ the mean of the ratios is close to $p(x)$. Use $\log(1 + u) \approx u - \frac12 u^2$ to show that the
   gap is about $\mathrm{Var}[w / p(x)] / (2 L)$. What does it give for $L = 64$ in part 3? When does an average over
   many draws help little?
""",
        hint=r"""
Part 2: for two positive numbers, $\log \frac{w_1 + w_2}{2}$ is at least the mean of the two logarithms; then take the
mean over the draws, and remember that $w_1$ and $w_2$ have the same distribution. Part 3: with two draws there are four
cases, of which two are alike.
""",
        explanation=r"""
1. $\mathbb{E}_q[w] = \int q\, \frac{p(x \mid z)\, p(z)}{q}\, dz = p(x)$, and an average of $L$ such ratios has the same
   mean. By Jensen's inequality the mean of a logarithm is at most the logarithm of the mean.
2. $\log \frac{w_1 + w_2}{2} \ge \frac12 (\log w_1 + \log w_2)$, and both terms on the right have the mean $B_1$. For
   the step from $L$ to $L + 1$ leave out each number in turn. The $L + 1$ means that remain average to the mean of all,
   since each number is left out once and kept $L$ times. The logarithm of their average is at least the average of
   their logarithms, and each of these has the mean $B_L$.
3. One draw: $-\frac12 (\log 0.1 + \log 1.9)$, which is $-\frac12 \log 0.19 = 0.83$. Two draws: the mean ratio is 0.1,
   1, 1, or 1.9, so the gap is $-\frac14 \log 0.19 = 0.42$.
4. Write the mean ratio as $p(x) (1 + u)$. Then $\mathbb{E}[u] = 0$ and $\mathbb{E}[u^2] = \mathrm{Var}[w / p(x)] / L$,
   which is the claim. Here the variance is $0.9^2 = 0.81$ and the gap for $L = 64$ is about 0.0063, and exactly it is
   0.0065. It helps little where the variance is huge: where the cloud misses a region that matters, a ratio there is
   rare and enormous, and most averages do not contain it. Then $q$ has to become better, not $L$ larger.

This is the bound of Burda, Grosse and Salakhutdinov (2016), who also train with it.
""",
    ),
)
