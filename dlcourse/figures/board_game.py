"""Why this file exists: chapter 5f's figure, in which networks that taught themselves two games play against you."""

import functools

import numpy as np
import traitlets

from ..apps.policy_value import PolicyValue, assess, network_for
from ..apps.tree_search import Advice, search
from ..environments import ConnectFour, TicTacToe, minimax
from ..tensor import get_default_dtype
from .base import HERE, Figure
from .character_numbers import in_bytes

GAMES = {"tic-tac-toe": TicTacToe(), "Connect Four": ConnectFour()}
MANY = 20_000  # a matrix with more numbers is stored with 8 bits for each, anything else in half precision
SEED = 0  # of the three tic-tac-toe networks in the study; it was not chosen
MOST = 100  # simulations


def empty_network(name) -> PolicyValue:
    """A network of the right form for a game, with weights that are to be replaced."""
    return network_for(GAMES[name], rng=np.random.default_rng(0))


def write_numbers(networks):
    """Write a network for each game beside this file, their arrays in the order of `state_dict`."""
    parts = []
    for name in GAMES:
        for array in networks[name].state_dict().values():
            array = np.asarray(array)
            parts.append(in_bytes(array) if array.size > MANY else array.astype("<f2").tobytes())
    (HERE / BoardGame.numbers).write_bytes(b"".join(parts))


@functools.cache
def _stored() -> dict:
    """The weights of both networks by the game and their names, in float64, as the page reads them."""
    written, found, at = BoardGame.stored_numbers(), {name: {} for name in GAMES}, 0
    for name, arrays in found.items():
        for key, like in empty_network(name).state_dict().items():
            wide = like.size > MANY
            count = len(like) if wide else like.size
            numbers, at = np.frombuffer(written, "<f2", count, at).astype(float), at + 2 * count
            if wide:
                whole = np.frombuffer(written, np.int8, like.size, at).reshape(like.shape)
                numbers, at = numbers[:, None] * whole, at + like.size
            arrays[key] = numbers.reshape(like.shape)
    return found


class BoardGame(Figure):
    """Tic-tac-toe and Connect Four against networks that learned both games by playing against themselves.

    The networks are those of the studies `tic_tac_toe_self_play` (its first seed) and `connect_four_self_play`. Without
    simulations a network plays the legal move with the highest probability; with them it searches, and plays the
    move that was tried most. Of equals it takes the first.

    game         tic-tac-toe or Connect Four
    moves        what was played, from the empty board: cells 0 to 8 row by row, or columns 0 to 6
    you          the side that the reader plays: "X", which begins, "O" or "both"
    simulations  how often the network looks ahead before it moves, 0 to 100
    hints        True shows what the network thinks of the position
    worth        True shows what each move of tic-tac-toe is worth if both go on to play best

    Raises:  traitlets.TraitError for a move that is not legal, and for a value out of range.   Chapter: 5f.
    """

    script = "board_game"
    numbers = "board_game.bin"
    alt = (
        "A board of tic-tac-toe or Connect Four, on which you play against a network that taught itself. The board and "
        "a table show how likely the network would play each move, a bar shows the result that it expects. A slider "
        "sets how often it looks ahead, and for tic-tac-toe the true worth of every move can be shown."
    )

    game = traitlets.Enum(list(GAMES), "tic-tac-toe").tag(sync=True)
    moves = traitlets.List(traitlets.Int()).tag(sync=True)
    you = traitlets.Enum(["X", "O", "both"], "X").tag(sync=True)
    simulations = traitlets.Int(0, min=0, max=MOST).tag(sync=True)
    hints = traitlets.Bool(True).tag(sync=True)
    worth = traitlets.Bool(False).tag(sync=True)

    @traitlets.default("tries")
    def _tries(self):
        return [
            "Play tic-tac-toe as X and as O, without simulations. Can you win? Show the true worth: does the network "
            "ever take a move that loses?",
            "Play both sides and begin in a corner. Of O's eight answers one draws and the others lose. Does the "
            "policy know which, although nobody told it a rule of thumb?",
            "It loses no game, and yet it is not perfect. Play both sides: the places 1, 2, 7, 4 and 8, counted row by "
            "row. Now its choice loses although another move does not. Who would let this position come about, and so "
            "why did it never learn better there? Do 100 simulations help?",
            "Connect Four: get three of your stones in a row with an open end, with 0 simulations and then with 100. "
            "When does it see your threat, and what does a simulation find out that the network did not know?",
        ]

    def __init__(self, **values):
        super().__init__(**values)
        self.bring_along("game", lambda change: setattr(self, "moves", []))

    @traitlets.validate("moves")
    def _legal(self, proposal):
        try:
            self.rules().after(proposal["value"])
        except ValueError as error:
            raise traitlets.TraitError(f"moves expected a game of {self.game} from its start: {error}") from error
        return proposal["value"]

    def rules(self):
        """The game that is played, one of `dlcourse.environments`."""
        return GAMES[self.game]

    def position(self) -> tuple:
        """The stones of the player to move and those of the other, as bits."""
        return self.rules().after(self.moves)

    def model(self) -> PolicyValue:
        """The network that plays, in evaluation mode and in the default dtype."""
        network = empty_network(self.game)
        network.load_state_dict(
            {name: array.astype(get_default_dtype()) for name, array in _stored()[self.game].items()})
        return network.eval()

    def assessed(self) -> tuple:
        """What the network itself thinks of the position: the probability of each move, and the result it expects.

        Shapes:  ->  (moves,), and a number from -1 to 1 for the player to move
        """
        rules, state = self.rules(), self.position()
        legal = np.isin(np.arange(rules.moves), rules.legal_moves(state))
        policy, value = assess(self.model(), rules.planes(state)[None], legal[None])
        return policy[0], float(value[0])

    def searched(self) -> tuple:
        """What looking ahead makes of the position: how often each move was tried, and the mean result of all tries.

        Shapes:  ->  (moves,), and a number from -1 to 1 for the player to move
        Raises:  ValueError if the game is over or `simulations` is 0.
        """
        if not self.simulations:
            raise ValueError("searched expected simulations of at least 1, got 0: set figure.simulations")
        forest = search(self.rules(), [self.position()], Advice(self.rules(), self.model()), self.simulations)
        return forest.visits[0, 0], float(forest.totals[0, 0].sum() / self.simulations)

    def choice(self) -> int:
        """The move that the network plays in this position.   Raises:  ValueError if the game is over."""
        if not self.rules().legal_moves(self.position()):
            raise ValueError("choice expected a position with moves left, got one whose game is over: set figure.moves")
        return int((self.searched() if self.simulations else self.assessed())[0].argmax())

    def worths(self) -> dict:
        """What each legal move of tic-tac-toe is worth to who plays it, if both go on to play best: {move: 1, 0 or -1}.

        Raises:  ValueError for Connect Four, which has too many positions.
        """
        if self.game != "tic-tac-toe":
            raise ValueError(f"worths expected tic-tac-toe, got {self.game}: set figure.game = 'tic-tac-toe'")
        state, values = self.position(), minimax(self.rules())
        return {move: -values[self.rules().play(state, move)] for move in self.rules().legal_moves(state)}
