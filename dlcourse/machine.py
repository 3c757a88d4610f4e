"""Why this file exists: two settings of the whole process decide how fast NumPy trains, and neither may be a secret.

How many threads work on a batch is set by `set_num_threads` and by nobody else. How the C library treats freed memory
is changed by the first optimizer that is made, because half the time of a step can hang on it.
"""

import ctypes
import os

SHARES = 4  # a batch is always cut into as many parts, so that sums do not depend on the number of threads
WORTH_IT = 1 << 26  # products, below which handing out work takes longer than it saves: about a millisecond

_executor = None
_blas_limit = None
_memory_kept = False


def set_num_threads(n):
    """Let convolutions and batch norms use `n` threads, each on its share of a batch; NumPy releases Python's lock.

    While they do, BLAS is held at one thread in the whole process: idle threads of BLAS spin, and the two kinds would
    fight for the cores. So this is for convolutional networks; for others let BLAS have its threads, and leave n at 1.

    Raises:  ValueError unless n is at least 1; RuntimeError if BLAS cannot be held (it can with threadpoolctl, which
             comes with scikit-learn, or with OPENBLAS_NUM_THREADS=1 set before NumPy is imported).
    Chapter: 6.   Twin: torch.set_num_threads.
    """
    global _executor, _blas_limit
    if n < 1:
        raise ValueError(f"set_num_threads expected at least 1, got {n}")
    if _executor is not None:
        _executor.shutdown()
    if _blas_limit is not None:
        _blas_limit.restore_original_limits()
    _executor = _blas_limit = None
    if n > 1:
        _blas_limit = _hold_blas()
        from concurrent.futures import ThreadPoolExecutor  # not above: an import that few need

        _executor = ThreadPoolExecutor(n)


def _hold_blas():
    if os.environ.get("OPENBLAS_NUM_THREADS") == "1":
        return None
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise RuntimeError("set_num_threads expected threadpoolctl, or OPENBLAS_NUM_THREADS=1 before NumPy is "
                           "imported, and found neither: pip install threadpoolctl") from None
    return threadpool_limits(limits=1, user_api="blas")


def over_batch(function, N, work):
    """[function(slice), ...] for the shares of a batch of N, side by side if there are threads and `work` is worth it.

    `work` is the number of products, or what takes as long: a pass over memory counts 8 for each number.   Chapter: 6.
    """
    shares = max(1, min(SHARES, N))
    slices = [slice(N * i // shares, N * (i + 1) // shares) for i in range(shares)]
    if _executor is None or work < WORTH_IT:
        return [function(part) for part in slices]
    return list(_executor.map(function, slices))


def keep_freed_memory(limit=512 << 20):
    """Ask the C library to keep up to `limit` freed bytes for the next step; True if it agreed, now or earlier.

    On Linux (glibc) the larger arrays of a step are otherwise given back to the system when they are freed, and mapped
    and zeroed again in the next: up to half of a step. It holds for the whole process, PyTorch included, which gains
    as well; so no import does it. The first optimizer does, unless the environment says DLCOURSE_KEEP_MEMORY=0.
    Elsewhere nothing happens.   Chapter: 3.
    """
    global _memory_kept
    if _memory_kept or os.environ.get("DLCOURSE_KEEP_MEMORY") == "0":
        return _memory_kept
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # macOS and Windows have no mallopt
        return False
    trim_threshold, mmap_threshold = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
    _memory_kept = bool(mallopt(trim_threshold, limit) and mallopt(mmap_threshold, 32 << 20))  # 32 MB: glibc's maximum
    return _memory_kept
