//! Scalars as bytes.

/// A scalar that weights are stored in.
pub trait Bits: Sized {
    /// What safetensors calls it.
    const DTYPE: &'static str;
    /// Scalars from little-endian bytes, as many as both have.
    fn read(to: &mut [Self], bytes: &[u8]);
    /// Scalars to little-endian bytes.
    #[cfg(feature = "alloc")]
    fn write(from: &[Self], bytes: &mut alloc::vec::Vec<u8>);
}

macro_rules! bits {
    ($($scalar:ident: $dtype:literal,)*) => {$(
        impl Bits for $scalar {
            const DTYPE: &'static str = $dtype;
            fn read(to: &mut [$scalar], bytes: &[u8]) {
                for (to, bytes) in to.iter_mut().zip(bytes.as_chunks().0) {
                    *to = $scalar::from_le_bytes(*bytes);
                }
            }
            #[cfg(feature = "alloc")]
            fn write(from: &[$scalar], bytes: &mut alloc::vec::Vec<u8>) {
                bytes.extend(from.iter().flat_map(|value| value.to_le_bytes()));
            }
        }
    )*};
}
bits! {
    f32: "F32",
    f64: "F64",
}
