//! y = the numbers of x in another shape: `reshape(x, [2, 3])`, where one length may be -1.

use super::{Call, Form, Function, Tangent};
use crate::differentiable::shape::{Length, Shape, expression, product, term};
use crate::layers::Algebra;
use proc_macro2::Literal;
use quote::quote;

pub(super) const FUNCTION: Function =
    Function { name: "reshape", operands: (1, 1), options: &["shape"], apply, tangent: Tangent::Linear };

fn apply(call: &mut Call<'_>) -> Option<(Shape, Form)> {
    let Some(setting) = call.settings.iter().find(|setting| setting.name == "shape") else {
        return call.mistake("`reshape` takes the lengths behind the value: write `reshape(x, [2, 3])`");
    };
    let (lengths, place): (Vec<i64>, _) = (setting.value.iter().copied().flatten().collect(), setting.place);
    let (operand, name) = call.operands[0].clone();
    let Some(numbers) = operand.numbers() else {
        if operand.is_generic() {
            return call.mistake(format!(
                "{name} has the shape {operand}, and stable Rust cannot compute with a const parameter: write a number"
            ));
        }
        let (from, written) = (expression(&operand), lengths.iter().copied().map(Literal::i64_unsuffixed));
        let rule = quote!(__dnn::functions::shape::reshape(#from, &[#(#written),*]));
        let shape = call.constants.shape(rule, place.ends().0);
        let known = |length: &i64| usize::try_from(*length).ok();
        let known = Algebra::product(&lengths.iter().filter_map(known).collect::<Vec<usize>>());
        match lengths.iter().position(|length| *length == -1) {
            Some(at) => call.proved_length(&shape, term(&shape, at), product(&operand) / known),
            None => call.proved_length(&shape, product(&operand), known),
        }
        return Some((shape, Form::View));
    };
    let count: i64 = numbers.iter().product::<usize>() as i64;
    let known: i64 = lengths.iter().filter(|length| **length != -1).product();
    let inferred = lengths.iter().filter(|length| **length == -1).count();
    if inferred > 1 || lengths.iter().any(|length| *length < -1) {
        call.errors.push(place, "a length is at least 0, and -1 once, which stands for what is left");
        return None;
    }
    if inferred == 1 && (known == 0 || count % known != 0) || inferred == 0 && known != count {
        let written: Vec<String> = lengths.iter().map(i64::to_string).collect();
        let written = written.join(", ");
        let message = match inferred {
            1 => format!(
                "{name} is {operand} and has {count} elements, which are no multiple of {known}: change the lengths beside -1 in [{written}]"
            ),
            _ => format!(
                "{name} is {operand} and has {count} elements, but [{written}] has {known}: write lengths whose product is {count}"
            ),
        };
        call.errors.push(place, message);
        return None;
    }
    let length = |length: i64| Length::Number(if length == -1 { count / known } else { length } as usize);
    let shape = Shape::Known(lengths.iter().copied().map(length).collect());
    let (from, written) = (expression(&operand), lengths.iter().copied().map(Literal::i64_unsuffixed));
    call.constants.proofs.shape(call.name, &shape, &quote!(__dnn::functions::shape::reshape(#from, &[#(#written),*])));
    if inferred == 1 {
        let known = Algebra::Number(known as usize);
        call.constants.proofs.length(call.name, length(-1).number()?, Algebra::product(&numbers) / known);
    }
    Some((shape, Form::View))
}
