//! The compiler behind `#[differentiable]`.
//!
//! ```text
//! tokens -> signature, body -> formula, merge -> backward -> program -> loops -> tokens
//!                     graph    shapes     steps      instructions
//! ```
//!
//! The graph and the reverse pass are those of networks. The steps of that pass become instructions of the same kind as
//! those of the way there, and what runs element by element over one shape becomes one loop. The mistakes of a user are
//! collected up to the formula; what follows cannot fail.

mod body;
mod branch;
mod call;
mod companions;
mod derivation;
mod elements;
mod expression;
mod formula;
mod functions;
mod fuse;
mod inference;
mod kind;
mod loops;
mod merge;
mod program;
mod proofs;
mod roles;
mod shape;
mod signature;
mod statement;
mod synonyms;
mod tangent;
#[cfg(test)]
mod tests;
mod twice;
mod workspace;
mod write;

use crate::backward;
use crate::error::Errors;
use body::Body;
use proc_macro2::TokenStream;
use shape::Constants;
use signature::Signature;
use twice::Second;

/// The expansion of `#[differentiable]`.
pub(crate) fn expand(attribute: TokenStream, function: TokenStream) -> TokenStream {
    let (mut errors, mut constants) = (Errors::default(), Constants::default());
    let Some(signature) = signature::read(attribute, function.clone(), &mut constants, &mut errors) else {
        return companions::unread(function, &errors);
    };
    if signature.broken {
        let mut expansion = companions::signatures(&signature);
        expansion.extend(errors.to_tokens());
        return expansion;
    }
    let body = body::lower(&signature, &mut errors);
    let formula = inference::infer(&signature, body.clone(), &mut constants, &mut errors);
    let second = (signature.twice && errors.is_empty()).then(|| second(&signature, body, &mut constants, &mut errors));
    if !errors.is_empty() {
        let mut expansion = companions::signatures(&signature);
        expansion.extend(errors.to_tokens());
        return expansion;
    }
    let formula = merge::merge(formula);
    let steps = backward::derive(&formula);
    companions::emit(&companions::Function {
        signature: &signature,
        formula: &formula,
        steps: &steps,
        constants: &constants,
        second: second.as_ref(),
    })
}

/// The tangent of a function that is differentiated twice.
fn second(signature: &Signature, body: Body, constants: &mut Constants, errors: &mut Errors) -> Second {
    let tensors = signature.arguments.iter().filter(|argument| argument.shape.is_some());
    let moves: Vec<bool> = tensors.map(|argument| argument.wanted).collect();
    let body = tangent::derive(body, &moves, &signature.function.sig.ident.to_string(), errors);
    let signature = signature.with_directions();
    let formula = merge::merge(inference::infer(&signature, body, constants, errors));
    let steps = backward::derive(&formula);
    Second { signature, formula, steps }
}
