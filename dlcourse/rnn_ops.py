"""Why this file exists: a recurrent network takes T small steps, and to record them one by one costs more than they do.

So a whole sequence is one operation. What does not depend on the state, z = x W_ih^T + b, is computed before, for all
steps at once; here is only the recurrence. Below each stands what it means, step by step. Inside, each gate has an
array of its own, (N, H): steps and gates come first, so that every product and every pass runs over memory in order.
"""

import numpy as np

from .arrays import column_sums
from .ops import cat
from .tensor import op, slow_form


def _gates_first(z, gates):
    """(N, T, gates H)  ->  (T, gates, N, H), the same memory."""
    N, T, width = z.shape
    return z.reshape(N, T, gates, width // gates).transpose(1, 2, 0, 3)


def _transposed_gates(weight, gates):
    """(gates H, H)  ->  (gates, H, H): W^T of each gate. OpenBLAS is fastest with factors as small as these."""
    H = weight.shape[1]
    return np.ascontiguousarray(weight.reshape(gates, H, H).transpose(0, 2, 1))


def _before(states, T):
    """What W met at each step, (T + ..., N, H)  ->  (N T, H)."""
    return states[:T].swapaxes(0, 1).reshape(-1, states.shape[2])


def _parts(a, count):
    """Cut the columns of a Tensor into equal parts, one for each gate."""
    H = a.shape[-1] // count
    return [a[..., k * H : (k + 1) * H] for k in range(count)]


def _over_time(steps):
    """T Tensors (N, H)  ->  (N, T, H)."""
    return cat(*(h.unsqueeze(1) for h in steps), dim=1)


# ---------------------------------------------------------------------------------------------- the plain network


@op
def rnn(z, weight, h0, *, nonlinearity="tanh"):
    """h = tanh(z + W h), step after step, or relu instead of tanh.

    Shapes:  z (N, T, H), weight (H, H), h0 (N, H)  ->  (N, T, H)
    Source:  Elman 1990.   Chapter: 7.   Twin: torch.nn.RNN.
    """
    N, T, H = z.shape
    across = np.ascontiguousarray(weight.T)
    states = np.empty((T + 1, N, H), z.dtype)
    states[0] = h0
    for t in range(T):
        h = states[t + 1]
        np.matmul(states[t], across, out=h)
        h += z[:, t]
        if nonlinearity == "tanh":
            np.tanh(h, out=h)
        else:
            np.maximum(h, 0, out=h)

    def vjp(g):
        dz = np.empty((N, T, H), z.dtype)
        dh = np.zeros((N, H), z.dtype)
        for t in reversed(range(T)):
            h = states[t + 1]
            dh += g[:, t]
            slope = 1 - h * h if nonlinearity == "tanh" else h > 0
            d = dh * slope
            dz[:, t] = d
            np.matmul(d, weight, out=dh)
        return dz, lambda: dz.reshape(-1, H).T @ _before(states, T), dh

    return states[1:].swapaxes(0, 1), vjp


@slow_form("rnn")
def rnn_by_steps(z, weight, h0, *, nonlinearity="tanh"):
    """The equation, one step after the other.   Shapes:  as rnn.   Chapter: 7."""
    h, states = h0, []
    for t in range(z.shape[1]):
        a = z[:, t] + h @ weight.T  # (N, H)
        h = a.tanh() if nonlinearity == "tanh" else a.relu()
        states.append(h)
    return _over_time(states)  # (N, T, H)


# ---------------------------------------------------------------------------------------------- LSTM


@op
def lstm(z, weight, h0, c0):
    """i, f, o = sigmoid(z + W h),  g = tanh(z + W h),  c = f c + i g,  h = o tanh(c), step after step.

    The gates are stacked in the order i, f, g, o. After the T states h comes the last cell c: an operation has one
    value. As sigmoid(a) = (1 + tanh(a / 2)) / 2, one tanh serves all four gates.

    Shapes:  z (N, T, 4H), weight (4H, H), h0 (N, H), c0 (N, H)  ->  (N, T + 1, H)
    Source:  Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000.   Chapter: 7.   Twin: torch.nn.LSTM.
    """
    (N, T, _), H = z.shape, h0.shape[1]
    z = _gates_first(z, 4)
    across = _transposed_gates(weight, 4)
    half = np.array([0.5, 0.5, 1, 0.5], z.dtype).reshape(4, 1, 1)
    rest = 1 - half
    gates = np.empty((T, 4, N, H), z.dtype)
    cells = np.empty((T + 1, N, H), z.dtype)
    states = np.empty((T + 2, N, H), z.dtype)  # h0, the T states, and the last cell
    states[0], cells[0] = h0, c0
    u = np.empty((N, H), z.dtype)
    for t in range(T):
        a, c = gates[t], cells[t + 1]
        i, f, g, o = a
        np.matmul(states[t], across, out=a)
        a += z[t]
        a *= half
        np.tanh(a, out=a)
        a *= half
        a += rest
        np.multiply(f, cells[t], out=c)
        np.multiply(i, g, out=u)
        c += u
        np.tanh(c, out=u)
        np.multiply(o, u, out=states[t + 1])
    states[T + 1] = cells[T]

    def vjp(gradient):
        dz = np.empty((N, T, 4, H), z.dtype)
        dh, dc = np.zeros((N, H), z.dtype), np.array(gradient[:, T])
        d, through = np.empty((2, 4, N, H), z.dtype)
        tanh_c, u = np.empty((2, N, H), z.dtype)
        di, df, dg, do = d
        by_gate = weight.reshape(4, H, H)
        for t in reversed(range(T)):
            i, f, g, o = gates[t]
            dh += gradient[:, t]
            np.tanh(cells[t + 1], out=tanh_c)
            np.multiply(dh, o, out=u)  # dc += dh o (1 - tanh(c)^2)
            dc += u
            u *= tanh_c
            u *= tanh_c
            dc -= u
            np.subtract(1, gates[t], out=d)  # the slope of the sigmoid is a (1 - a) ...
            d *= gates[t]
            np.multiply(g, g, out=dg)
            np.subtract(1, dg, out=dg)  # ... and that of tanh 1 - a^2
            di *= g
            df *= cells[t]
            dg *= i
            do *= tanh_c
            d[:3] *= dc
            do *= dh
            dz[:, t] = d.swapaxes(0, 1)
            dc *= f
            np.matmul(d, by_gate, out=through)
            np.add.reduce(through, axis=0, out=dh)
        return dz.reshape(N, T, 4 * H), lambda: dz.reshape(-1, 4 * H).T @ _before(states, T), dh, dc

    return states[1:].swapaxes(0, 1), vjp


@slow_form("lstm")
def lstm_by_steps(z, weight, h0, c0):
    """The equations, one step after the other.   Shapes:  as lstm.   Chapter: 7."""
    h, c, states = h0, c0, []
    for t in range(z.shape[1]):
        i, f, g, o = _parts(z[:, t] + h @ weight.T, 4)  # (N, H) each
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        states.append(h)
    return _over_time([*states, c])  # (N, T + 1, H)


# ---------------------------------------------------------------------------------------------- GRU


@op
def gru(z, weight, bias, h0):
    """r, u = sigmoid(z + W h),  n = tanh(z + r (W h + b)),  h = (1 - u) n + u h, step after step.

    The gates are stacked in the order r, u, n; PyTorch calls u "z". Only n has a bias here, because r multiplies it;
    all others can be added to z before.

    Shapes:  z (N, T, 3H), weight (3H, H), bias (H,), h0 (N, H)  ->  (N, T, H)
    Source:  Cho et al. 2014, but r multiplies after W, as in PyTorch.   Chapter: 7.   Twin: torch.nn.GRU.
    """
    (N, T, _), H = z.shape, h0.shape[1]
    z = _gates_first(z, 3)
    across = _transposed_gates(weight, 3)
    gates = np.empty((T, 4, N, H), z.dtype)  # r, u, W h + b, n
    states = np.empty((T + 1, N, H), z.dtype)
    states[0] = h0
    for t in range(T):
        h, after, ru = states[t], states[t + 1], gates[t, :2]
        r, u, inner, n = gates[t]
        np.matmul(h, across, out=gates[t, :3])
        ru += z[t, :2]
        ru *= 0.5
        np.tanh(ru, out=ru)
        ru *= 0.5
        ru += 0.5
        inner += bias
        np.multiply(r, inner, out=n)
        n += z[t, 2]
        np.tanh(n, out=n)
        np.subtract(h, n, out=after)  # h' = n + u (h - n)
        after *= u
        after += n

    def vjp(g):
        dz = np.empty((N, T, 3, H), z.dtype)
        dinner = np.empty((N, T, H), z.dtype)
        dh = np.zeros((N, H), z.dtype)
        d, through = np.empty((2, 3, N, H), z.dtype)
        dr, du, dn = d
        v = np.empty((N, H), z.dtype)
        by_gate = weight.reshape(3, H, H)
        for t in reversed(range(T)):
            r, u, inner, n = gates[t]
            dh += g[:, t]
            np.subtract(1, gates[t, :2], out=d[:2])  # the slope of the sigmoid is a (1 - a)
            np.subtract(1, u, out=dn)
            d[:2] *= gates[t, :2]
            np.subtract(states[t], n, out=v)
            v *= dh
            du *= v
            dn *= dh  # dn = dh (1 - u) (1 - n^2)
            np.multiply(n, n, out=v)
            np.subtract(1, v, out=v)
            dn *= v
            np.multiply(dn, inner, out=v)
            dr *= v
            dz[:, t] = d.swapaxes(0, 1)
            dn *= r  # W h + b stands behind r
            dinner[:, t] = dn
            np.matmul(d, by_gate, out=through)
            dh *= u
            np.add.reduce(through, axis=0, out=v)
            dh += v

        def dweight():
            before = _before(states, T)
            ru, n = dz.reshape(-1, 3 * H)[:, : 2 * H], dinner.reshape(-1, H)
            return np.concatenate([ru.T @ before, n.T @ before])

        return dz.reshape(N, T, 3 * H), dweight, lambda: column_sums(dinner.reshape(-1, H)), dh

    return states[1:].swapaxes(0, 1), vjp


@slow_form("gru")
def gru_by_steps(z, weight, bias, h0):
    """The equations, one step after the other.   Shapes:  as gru.   Chapter: 7."""
    h, states = h0, []
    for t in range(z.shape[1]):
        (zr, zu, zn), (ar, au, an) = _parts(z[:, t], 3), _parts(h @ weight.T, 3)  # (N, H) each
        r, u = (zr + ar).sigmoid(), (zu + au).sigmoid()
        n = (zn + r * (an + bias)).tanh()
        h = (1 - u) * n + u * h
        states.append(h)
    return _over_time(states)  # (N, T, H)
