//! The memory of a function that is too large for the stack: buffers in a caller's workspace, of which those of one length
//! that are never live at the same time are one. The gradients lie with the caller.

use super::fuse::Piece;
use super::program::{Kind, Onto, Program, Slot};
use super::shape::elements;
use crate::emit::quote;
use proc_macro2::{Ident, Span, TokenStream};
use quote::format_ident;
use std::collections::HashMap;

/// Where tensors lie.
pub(crate) struct Assignment {
    /// The lengths of the buffers.
    lengths: Vec<TokenStream>,
    /// The buffer of each slot that has one.
    buffers: Vec<Option<Buffer>>,
}

/// What a tensor lies in.
#[derive(Clone, Copy, PartialEq)]
enum Buffer {
    /// A buffer of the workspace.
    Workspace(usize),
    /// The caller's gradient of an input.
    Gradient(usize),
}

impl Assignment {
    /// The buffer of a slot.
    pub(crate) fn buffer(&self, slot: Slot) -> Ident {
        match self.buffers[slot] {
            Some(Buffer::Gradient(input)) => gradient(input),
            Some(Buffer::Workspace(at)) => buffer(at),
            None => buffer(0),
        }
    }

    /// The scalars of the workspace, as an expression.
    pub(crate) fn size(&self) -> TokenStream {
        let lengths = &self.lengths;
        quote!(0 #(+ #lengths)*)
    }

    /// The buffers, from the workspace one behind the other; `instead` is returned where it is too short.
    pub(crate) fn taken(&self, scalar: &TokenStream, instead: &TokenStream) -> TokenStream {
        let mut statements = quote!(let __rest = __workspace;);
        for (at, length) in self.lengths.iter().enumerate() {
            let buffer = buffer(at);
            statements.extend(quote! {
                let ::core::option::Option::Some((#buffer, __rest)) =
                    __dnn::functions::function::buffer::<[#scalar; #length]>(__rest)
                else {
                    return #instead;
                };
            });
        }
        statements
    }

    /// Whether the gradient of an input is made where the caller wants it.
    pub(crate) fn is_delivered(&self, slot: Slot, input: usize) -> bool {
        self.buffers[slot] == Some(Buffer::Gradient(input))
    }
}

/// The variable of a buffer.
fn buffer(at: usize) -> Ident {
    format_ident!("__buffer{at}", span = Span::mixed_site())
}

/// The variable of the caller's gradient of an input.
pub(crate) fn gradient(input: usize) -> Ident {
    format_ident!("__gradient{input}", span = Span::mixed_site())
}

/// The buffers of a program whose lengths are numbers or constants; there are none where const parameters are multiplied.
pub(crate) fn assign(program: &Program<'_>, pieces: &[Piece], delivered: &[Option<Slot>]) -> Option<Assignment> {
    let lives = Lives::of(program, pieces);
    let mut buffers: Vec<Option<Buffer>> = vec![None; program.slots()];
    for (input, slot) in delivered.iter().enumerate() {
        let Some(slot) = slot.filter(|slot| !program.shape(*slot).is_scalar()) else { continue };
        let group = lives.group[slot];
        // A view of another tensor, or what two inputs share, is copied in the end.
        if group == lives.group_of_owner(slot) && lives.is_made(group) && buffers[group].is_none() {
            buffers[group] = Some(Buffer::Gradient(input));
        }
    }
    let mut lengths: Vec<TokenStream> = Vec::new();
    let mut free_from: Vec<usize> = Vec::new();
    for group in lives.in_order() {
        if buffers[group].is_some() {
            continue;
        }
        if program.shape(group).is_generic() {
            return None;
        }
        let length = elements(program.shape(group))?;
        let (from, until) = lives.live[group];
        let fits = |at: &usize| lengths[*at].to_string() == length.to_string() && free_from[*at] < from;
        let at = (0..lengths.len()).find(fits).unwrap_or_else(|| {
            lengths.push(length.clone());
            free_from.push(0);
            lengths.len() - 1
        });
        free_from[at] = until;
        buffers[group] = Some(Buffer::Workspace(at));
    }
    for slot in 0..program.slots() {
        buffers[slot] = buffers[lives.group[slot]];
    }
    Some(Assignment { lengths, buffers })
}

/// When tensors are live; those that lie in one another are a group, which the first of them stands for.
struct Lives {
    group: Vec<Slot>,
    /// Which slots are no view of another one.
    owns: Vec<bool>,
    /// For each group the piece that makes it, counted from 1, and the last that reads it.
    live: Vec<(usize, usize)>,
}

impl Lives {
    fn of(program: &Program<'_>, pieces: &[Piece]) -> Lives {
        let uses = program.uses();
        let mut lives = Lives {
            group: (0..program.slots()).collect(),
            owns: vec![true; program.slots()],
            live: vec![(0, 0); program.slots()],
        };
        for (at, piece) in pieces.iter().enumerate() {
            let list = match piece {
                Piece::Loop(_, list) => &list[..],
                Piece::One(only) => std::slice::from_ref(only),
            };
            for instruction in list.iter().map(|at| &program.instructions[*at]) {
                let target = instruction.target;
                match (&instruction.kind, instruction.onto()) {
                    (Kind::View(source) | Kind::Part(source, _) | Kind::Rows(source, _), _) => {
                        lives.group[target] = lives.group[*source];
                        lives.owns[target] = false;
                    }
                    (_, Some(Onto(Some(before)))) if lives.owns[before] && uses[before] == 1 => {
                        lives.group[target] = lives.group[before];
                    }
                    _ => lives.live[target].0 = at + 1,
                }
                for slot in instruction.reads(program.formula).into_iter().chain([target]) {
                    let group = lives.group[slot];
                    lives.live[group].1 = lives.live[group].1.max(at + 1);
                }
            }
        }
        for slot in &program.results {
            let group = lives.group[*slot];
            lives.live[group].1 = usize::MAX;
        }
        // What a loop makes and nobody reads behind it is a number in the loop.
        for piece in pieces {
            let Piece::Loop(_, list) = piece else { continue };
            let mut inside: HashMap<Slot, usize> = HashMap::new();
            for slot in list.iter().flat_map(|at| program.instructions[*at].reads(program.formula)) {
                *inside.entry(slot).or_default() += 1;
            }
            for instruction in list.iter().map(|at| &program.instructions[*at]) {
                let slot = instruction.target;
                if instruction.onto().is_none() && inside.get(&slot).copied().unwrap_or(0) == uses[slot] {
                    lives.live[slot] = (0, 0);
                }
            }
        }
        for slot in 0..program.slots() {
            if program.shape(slot).is_scalar() {
                lives.live[slot] = (0, 0);
            }
        }
        lives
    }

    /// Whether the program makes a group and stores it.
    fn is_made(&self, group: Slot) -> bool {
        self.live[group].0 > 0
    }

    /// The group of a slot that is no view; nothing of use for a view.
    fn group_of_owner(&self, slot: Slot) -> usize {
        if self.owns[slot] { self.group[slot] } else { usize::MAX }
    }

    /// The groups that are stored, in the order in which they are made.
    fn in_order(&self) -> Vec<Slot> {
        let mut groups: Vec<Slot> =
            (0..self.group.len()).filter(|slot| self.group[*slot] == *slot && self.is_made(*slot)).collect();
        groups.sort_by_key(|group| self.live[*group].0);
        groups
    }
}
