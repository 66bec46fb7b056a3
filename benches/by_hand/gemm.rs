//! `matrixmultiply` behind checked slices.

/// A matrix inside a slice: the distances from row to row and from column to column.
pub(crate) type Matrix<'a> = (&'a [f32], [usize; 2]);

/// C = A B + beta C for A of [M, K], B of [K, N] and C of [M, N], whose rows lie one after the other.
pub(crate) fn product(
    [m, k, n]: [usize; 3],
    (a, a_steps): Matrix<'_>,
    (b, b_steps): Matrix<'_>,
    beta: f32,
    c: &mut [f32],
) {
    let fits =
        |rows: usize, columns: usize, steps: [usize; 2], len| (rows - 1) * steps[0] + (columns - 1) * steps[1] < len;
    assert!(fits(m, k, a_steps, a.len()) && fits(k, n, b_steps, b.len()) && fits(m, n, [n, 1], c.len()));
    let ([a_row, a_column], [b_row, b_column]) = (a_steps.map(|step| step as isize), b_steps.map(|step| step as isize));
    let (a, b, c) = (a.as_ptr(), b.as_ptr(), c.as_mut_ptr());
    // SAFETY: the last element of each matrix lies in its slice.
    unsafe { matrixmultiply::sgemm(m, k, n, 1.0, a, a_row, a_column, b, b_row, b_column, beta, c, n as isize, 1) }
}
