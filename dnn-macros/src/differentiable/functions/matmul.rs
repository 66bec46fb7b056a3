//! y = a b: of two matrices, of a matrix and a vector, of two vectors.

use super::{Call, Form, Function, Invocation, Pull, Read};
use crate::differentiable::shape::{Length, Shape};

pub(super) const FUNCTION: Function = Function { name: "matmul", operands: (2, 2), options: &[], apply };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let shape = match (call.lengths(0), call.lengths(1)) {
        (Some(a), Some(b)) => Shape::Known(match (a, b) {
            ([], _) | (_, []) => {
                let name = call.operands[usize::from(!a.is_empty())].1.clone();
                return call.mistake(format!("`matmul` takes vectors and matrices, but {name} is a number: write `*`"));
            }
            ([n], [m]) if n == m => Vec::new(),
            ([rows @ .., n], [m]) if n == m => rows.to_vec(),
            ([n], [m, columns]) if n == m => vec![columns.clone()],
            ([rows, n], [m, columns]) if n == m => vec![rows.clone(), columns.clone()],
            (a, b) if a.len() > 2 || b.len() > 2 => {
                return call.mistake("`matmul` takes vectors and matrices: take parts by an index, `x[0]`");
            }
            (a, b) => {
                let (a, b) = (a.to_vec(), b.to_vec());
                return disagree(call, &a, &b);
            }
        }),
        _ => call.evaluated("matmul", &[])?,
    };
    let shape = call.proved(shape, "matmul", &[])?;
    let invocation = |path, reads| Invocation { path, constants: Vec::new(), types: 0, reads };
    let value = vec![invocation("matmul::value", vec![Read::Operand(0), Read::Operand(1)])];
    let pulls = vec![
        Pull::Call(invocation("matmul::pull0", vec![Read::Gradient, Read::Operand(1)])),
        Pull::Call(invocation("matmul::pull1", vec![Read::Gradient, Read::Operand(0)])),
    ];
    Some((shape, Form::Calls { value, pulls }))
}

fn disagree<R>(call: &mut Call<'_>, a: &[Length], b: &[Length]) -> Option<R> {
    let (columns, rows) = (&a[a.len() - 1], &b[0]);
    let [(left, x), (right, y)] = [&call.operands[0], &call.operands[1]];
    let mut message = format!(
        "{x} is {left} and {y} is {right}: the {columns} values of a row meet {rows}, write as many of one as of the other"
    );
    if let ([.., n], [.., m]) = (a, b)
        && n == m
        && b.len() == 2
    {
        message += &format!(", or `transpose({})`", y.trim_matches('`'));
    }
    call.mistake(message)
}
