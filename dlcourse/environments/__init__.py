"""Worlds to act in: CartPole to be balanced, tic-tac-toe and Connect Four to be won.

They need NumPy and nothing else, so that reinforcement learning and game playing can be shown without a simulator.
"""

from .cartpole import CartPole, accelerations, episode_returns, hand_rule, random_policy
from .connect_four import ConnectFour
from .game import Game, Record, Score, match, minimax, play_game, random_player
from .tic_tac_toe import TicTacToe

__all__ = ["CartPole", "ConnectFour", "Game", "Record", "Score", "TicTacToe", "accelerations", "episode_returns",
           "hand_rule", "match", "minimax", "play_game", "random_player", "random_policy"]
