//! The table of parameters of a recurrent layer, under PyTorch's names.

use crate::parameters::{Entry, Role, elements};

/// The most layers, one on top of the other.
pub(crate) const MOST: usize = 8;

/// PyTorch's names of the tensors of each layer and direction.
const NAMES: [[[&str; 4]; 2]; MOST] = {
    macro_rules! names {
        ($($layer:literal)*) => {[$([
            [
                concat!("weight_ih_l", $layer),
                concat!("weight_hh_l", $layer),
                concat!("bias_ih_l", $layer),
                concat!("bias_hh_l", $layer),
            ],
            [
                concat!("weight_ih_l", $layer, "_reverse"),
                concat!("weight_hh_l", $layer, "_reverse"),
                concat!("bias_ih_l", $layer, "_reverse"),
                concat!("bias_hh_l", $layer, "_reverse"),
            ],
        ]),*]};
    }
    names!(0 1 2 3 4 5 6 7)
};

/// The first N rows of a table: the tensors of the first layer, and those of `rest` more, in `directions` directions.
pub(crate) const fn entries<const N: usize>(
    first: [Option<&'static [usize]>; 4],
    others: [Option<&'static [usize]>; 4],
    [directions, rest]: [usize; 2],
    scalar: usize,
) -> [Entry; N] {
    let mut entries = [Entry::Tensor { name: "", offset: 0, dims: &[0], role: Role::Parameter }; N];
    let (mut offset, mut at, mut layer) = (0, 0, 0);
    while layer <= rest && layer < MOST {
        let mut d = 0;
        while d < directions && d < 2 {
            let mut tensor = 0;
            while tensor < 4 {
                let dims = if layer == 0 { first[tensor] } else { others[tensor] };
                if let Some(dims) = dims
                    && at < N
                {
                    let name = NAMES[layer][d][tensor];
                    entries[at] = Entry::Tensor { name, offset, dims, role: Role::Parameter };
                    offset += elements(dims) * scalar;
                    at += 1;
                }
                tensor += 1;
            }
            d += 1;
        }
        layer += 1;
    }
    entries
}
