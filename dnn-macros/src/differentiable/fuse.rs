//! A program to loops: what runs element by element over one shape is one loop, wherever the order allows it.

use super::program::{Instruction, Kind, Program, Slot};
use super::shape::Shape;

/// What is emitted as one piece.
pub(crate) enum Piece {
    /// Instructions by their number, all of them element by element over one shape.
    Loop(Shape, Vec<usize>),
    /// Any other one.
    One(usize),
}

/// The pieces of a program in an order in which each finds what it reads.
pub(crate) fn fuse(program: &Program<'_>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // The piece that makes each slot; inputs are there before.
    let mut made_by: Vec<Option<usize>> = vec![None; program.slots()];
    // Whether a slot is finished only behind its loop, because it is a sum.
    let mut is_sum = vec![false; program.slots()];
    for (at, instruction) in program.instructions.iter().enumerate() {
        if matches!(instruction.kind, Kind::Number(_)) {
            continue; // written where it is read
        }
        let target = instruction.target;
        let over = loop_of(instruction);
        let place = over.and_then(|over| {
            let fits = |(piece, shape): &(usize, &Shape)| {
                let ready = |slot: &Slot| match made_by[*slot] {
                    None => true,
                    Some(own) if own < *piece => true,
                    Some(own) => own == *piece && !is_sum[*slot] && program.shape(*slot) == *shape,
                };
                *shape == over && instruction.reads(program.formula).iter().all(ready)
            };
            let loops = pieces.iter().enumerate().filter_map(|(piece, own)| match own {
                Piece::Loop(shape, _) => Some((piece, shape)),
                Piece::One(_) => None,
            });
            loops.rev().find(fits).map(|(piece, _)| piece)
        });
        let piece = match (place, over) {
            (Some(piece), _) => {
                if let Piece::Loop(_, list) = &mut pieces[piece] {
                    list.push(at);
                }
                piece
            }
            (None, Some(over)) => {
                pieces.push(Piece::Loop(over.clone(), vec![at]));
                pieces.len() - 1
            }
            (None, None) => {
                pieces.push(Piece::One(at));
                pieces.len() - 1
            }
        };
        made_by[target] = Some(piece);
        is_sum[target] = instruction.onto().is_some();
    }
    pieces
}

/// The shape that an instruction runs over element by element, unless it is that of a number.
fn loop_of(instruction: &Instruction) -> Option<&Shape> {
    match &instruction.kind {
        Kind::Element { over, .. } if !over.is_scalar() => Some(over),
        _ => None,
    }
}
