//! Which code computes the products of I inputs and O outputs; `kernels` has the reasons.
//!
//! The shape decides in constants, so that code for other shapes is never made; the samples decide at run time.

/// Samples from which on `matrixmultiply` repays what it packs.
pub(crate) const MANY: usize = 16;

/// Scalars from which on a loop over them repays a call for the level of the machine.
#[cfg(all(any(target_arch = "x86_64", target_arch = "aarch64"), not(miri)))]
pub(crate) const LONG: usize = 256;

/// Whether the target has vectors without being asked.
pub(crate) const TARGET: bool = cfg!(any(
    target_arch = "x86_64",
    target_arch = "x86",
    all(target_arch = "aarch64", target_feature = "neon"),
    target_feature = "simd128"
));

/// Whether the target computes with one scalar at a time, by an instruction: what a loop takes beside them is worth sharing.
/// Where floating point is software (Cortex-M0, M3, most of RISC-V) it is not; more code would be all that comes of it.
pub(crate) const ONE_BY_ONE: bool = !TARGET
    && !cfg!(all(target_os = "none", any(target_arch = "riscv32", all(target_arch = "arm", target_abi = "eabi"))));

/// Whether `matrixmultiply` may serve: never where bits are promised.
const GEMM: bool = cfg!(all(feature = "gemm", not(feature = "deterministic")));

/// Large, where `matrixmultiply` has blocks for the caches and perhaps vectors, and ours are portable ones.
const fn portable(inputs: usize, outputs: usize) -> bool {
    !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) && inputs >= 32 && outputs >= 32
}

/// Whether y = x Wᵀ + b is a kernel: dot products of fewer than eight terms leave most lanes empty.
pub(crate) const fn dots_by_vectors(inputs: usize, outputs: usize) -> bool {
    TARGET && inputs >= 8 && inputs * outputs >= 64
}

/// Whether y = x Wᵀ + b of many samples is left to `matrixmultiply`.
pub(crate) const fn dots_by_gemm(inputs: usize, outputs: usize) -> bool {
    GEMM && (inputs < 8 && outputs >= 32 || portable(inputs, outputs))
}

/// Whether dx = dy W and dW += dyᵀ x are kernels.
pub(crate) const fn rows_by_vectors(inputs: usize, outputs: usize) -> bool {
    TARGET && inputs * outputs >= 64
}

/// Whether dx = dy W and dW += dyᵀ x of many samples are left to `matrixmultiply`.
pub(crate) const fn rows_by_gemm(inputs: usize, outputs: usize) -> bool {
    GEMM && portable(inputs, outputs)
}

/// Whether W may be updated behind dW: where that is a kernel.
pub(crate) const fn update_behind(inputs: usize, outputs: usize) -> bool {
    rows_by_vectors(inputs, outputs) && !rows_by_gemm(inputs, outputs)
}

/// Whether the products are made by the code for scalars that all layers share; smaller ones are inlined.
pub(crate) const fn by_scalars(inputs: usize, outputs: usize) -> bool {
    !TARGET && inputs * outputs >= 64
}

/// Whether a function of each of `len` numbers of a sample is computed by vectors. That depends on the length of a sample and
/// not of a batch: its result is the same in any batch.
pub(crate) const fn functions_by_vectors(len: usize) -> bool {
    TARGET && len >= 8
}

/// Samples from which on vectors along the samples repay their transposition.
pub(crate) const SAMPLES: usize = 4;

/// Whether the cross-entropies of many samples of so many classes are computed by vectors along the samples.
pub(crate) const fn entropies_by_vectors(classes: usize) -> bool {
    functions_by_vectors(classes) && classes <= 64
}

/// How many samples of a network go one by one through local variables, by its multiply-accumulates for a sample, of which
/// none are made by vectors, and by the scalars of its gradient, workspace and output.
///
/// Where a gradient fits in registers, a few samples do not repay passes over the batch. Where it does not, they do: 8 samples
/// of 4-8-3 take 300 ns by passes and 370 one by one.
pub(crate) const fn one_by_one(macs: usize, scalars: usize) -> usize {
    match (TARGET, macs) {
        (true, 0..=16) if scalars <= 64 => 8,
        (true, 17..64) if scalars <= 256 => 1,
        _ => 0,
    }
}
