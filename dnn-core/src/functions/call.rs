//! The call of one differentiable function by another: whether it takes what it gets, and the shape of its result.
//!
//! Each function says by a [`Signature`] what it takes and gives; const parameters are what the call makes of them.

use super::shape::Shape;
use crate::check::Text;

/// The length of an axis.
#[derive(Clone, Copy)]
pub enum Length<'a> {
    /// A number.
    Number(usize),
    /// The const parameter of this index and name.
    Parameter(usize, &'a str),
}

/// What an argument or the result is.
#[derive(Clone, Copy)]
pub enum Type<'a> {
    /// A tensor of these lengths.
    Tensor(&'a [Length<'a>]),
    /// A tensor whose shape only its type knows.
    Alias(Shape),
    /// Something without a gradient.
    Constant,
}

/// What a call hands over.
#[derive(Clone, Copy)]
pub enum Given {
    /// A tensor.
    Tensor(Shape),
    /// Something without a gradient.
    Constant,
}

/// What a function takes and gives.
pub struct Signature<'a> {
    /// Its name.
    pub name: &'a str,
    /// `f32` or `f64`; nothing where it computes in either, or where only a type knows.
    pub scalar: &'a str,
    /// The name and type of each argument.
    pub takes: &'a [(&'a str, Type<'a>)],
    /// The result.
    pub gives: Type<'a>,
}

/// More const parameters than a function has.
const PARAMETERS: usize = 32;

impl Signature<'_> {
    /// The shape of what a function gives for some arguments, called by one that computes in `scalar`.
    #[track_caller]
    pub const fn called(&self, scalar: &str, given: &[Given]) -> Shape {
        if !self.scalar.is_empty() && !scalar.is_empty() && !alike(self.scalar, scalar) {
            let text = self.begin().text(" computes in `").text(self.scalar).text("`, but is called in `").text(scalar);
            let text = text.text("`: write it for every `T: Scalar`");
            let is_type = alike(scalar, "f32") || alike(scalar, "f64");
            if is_type { text.text(", or in `").text(scalar).text("`") } else { text }.panic();
        }
        if self.takes.len() != given.len() {
            let text = self.begin().text(" takes ").number(self.takes.len());
            let text = text.text(if self.takes.len() == 1 { " argument, but " } else { " arguments, but " });
            let text = text.number(given.len()).text(if given.len() == 1 { " is" } else { " are" });
            text.text(" given: write as many as it takes").panic();
        }
        let (mut parameters, mut i) = ([None; PARAMETERS], 0);
        while i < given.len() {
            self.meet(i, given[i], &mut parameters);
            i += 1;
        }
        match self.gives {
            Type::Tensor(lengths) => {
                let (mut shape, mut i) = (Shape::of_rank(lengths.len()), 0);
                while i < lengths.len() {
                    shape = match lengths[i] {
                        Length::Number(number) => shape.with(i, number),
                        Length::Parameter(index, _) => match parameters[index % PARAMETERS] {
                            Some(number) => shape.with(i, number),
                            None => self.unknown(),
                        },
                    };
                    i += 1;
                }
                shape
            }
            Type::Alias(shape) => shape,
            Type::Constant => Shape::SCALAR,
        }
    }

    /// An argument is what is taken in its place.
    #[track_caller]
    const fn meet(&self, at: usize, given: Given, parameters: &mut [Option<usize>; PARAMETERS]) {
        let (name, ty) = self.takes[at];
        match (ty, given) {
            (Type::Constant, Given::Constant) => {}
            (Type::Constant, Given::Tensor(_)) => {
                let text = self.begin().text(" takes `").text(name).text("` without a gradient, but gets a tensor: ");
                text.text("hand over an argument that is none, or an integer").panic();
            }
            (_, Given::Constant) => {
                let text = self.begin().text(" takes a tensor as `").text(name).text("`, but gets none: ");
                text.text("write `2.0` for a number, or hand over a tensor").panic();
            }
            (Type::Alias(taken), Given::Tensor(shape)) => {
                if !crate::check::equal(taken.dims(), shape.dims()) {
                    refuse(self.begin().text(" takes ").shape(taken.dims()), name, shape);
                }
            }
            (Type::Tensor(lengths), Given::Tensor(shape)) => {
                let (mut fits, mut i) = (lengths.len() == shape.rank(), 0);
                while i < lengths.len() && fits {
                    fits = match lengths[i] {
                        Length::Number(number) => number == shape.dim(i),
                        Length::Parameter(index, _) => {
                            let bound = &mut parameters[index % PARAMETERS];
                            match *bound {
                                Some(number) => number == shape.dim(i),
                                None => {
                                    *bound = Some(shape.dim(i));
                                    true
                                }
                            }
                        }
                    };
                    i += 1;
                }
                if !fits {
                    refuse(taken(self.begin().text(" takes "), lengths, parameters), name, shape);
                }
            }
        }
    }

    const fn begin(&self) -> Text {
        Text::new().text("`").text(self.name).text("`")
    }

    #[track_caller]
    const fn unknown(&self) -> ! {
        let text = self.begin().text(" gives a length that none of its tensors has: write a number in its place");
        text.panic()
    }
}

#[track_caller]
const fn refuse(takes: Text, name: &str, shape: Shape) -> ! {
    let text = takes.text(" as `").text(name).text("`, but gets ");
    let text = if shape.rank() == 0 { text.text("a number") } else { text.shape(shape.dims()) };
    text.text(": change one of them").panic()
}

/// `[3, N]`, and what const parameters are by the arguments before.
const fn taken(text: Text, lengths: &[Length<'_>], parameters: &[Option<usize>; PARAMETERS]) -> Text {
    if lengths.is_empty() {
        return text.text("a number");
    }
    let (mut text, mut i) = (text.text("["), 0);
    while i < lengths.len() {
        text = if i == 0 { text } else { text.text(", ") };
        text = match lengths[i] {
            Length::Number(number) => text.number(number),
            Length::Parameter(index, name) => match parameters[index % PARAMETERS] {
                Some(number) => text.text(name).text(" = ").number(number),
                None => text.text(name),
            },
        };
        i += 1;
    }
    text.text("]")
}

const fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (mut alike, mut i) = (a.len() == b.len(), 0);
    while alike && i < a.len() {
        alike = a[i] == b[i];
        i += 1;
    }
    alike
}

/// What stands in for a function that is called like a differentiable one and is none.
pub struct Ordinary;

impl Ordinary {
    /// See [`Signature::called`].
    #[track_caller]
    pub const fn __shape(name: &str, _: &str, _: &[Given]) -> Shape {
        let text = Text::new().text("`").text(name).text("` is called here, but is not differentiable: write ");
        text.text("`#[differentiable]` before it, or the formula itself").panic()
    }

    /// Never called, since there is no shape.
    pub fn __value() {}

    /// Never called, since there is no shape.
    pub fn __pull() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: Length<'static> = Length::Parameter(0, "N");
    /// `fn scale<const N: usize>(x: &[[f32; 3]; N], by: &[f32; N], n: usize) -> [f32; N]`
    const SCALE: Signature<'static> = Signature {
        name: "scale",
        scalar: "f32",
        takes: &[("x", Type::Tensor(&[N, Length::Number(3)])), ("by", Type::Tensor(&[N])), ("n", Type::Constant)],
        gives: Type::Tensor(&[N]),
    };
    const X: Given = Given::Tensor(Shape::of::<[[f32; 3]; 2]>());
    const BY: Given = Given::Tensor(Shape::of::<[f32; 2]>());

    #[test]
    fn const_parameters_are_what_the_arguments_say() {
        assert_eq!(SCALE.called("f32", &[X, BY, Given::Constant]), Shape::new(&[2]));
        assert_eq!(SCALE.called("", &[X, BY, Given::Constant]), Shape::new(&[2]));
        let alias = Shape::new(&[4]);
        let own = Signature { takes: &[("x", Type::Alias(alias))], gives: Type::Alias(Shape::SCALAR), ..SCALE };
        assert_eq!(own.called("f32", &[Given::Tensor(alias)]), Shape::SCALAR);
    }

    #[test]
    #[should_panic(expected = "`scale` takes [N = 2] as `by`, but gets [3]: change one of them")]
    fn a_const_parameter_is_one_number() {
        SCALE.called("f32", &[X, Given::Tensor(Shape::new(&[3])), Given::Constant]);
    }

    #[test]
    #[should_panic(expected = "`scale` takes [N, 3] as `x`, but gets a number: change one of them")]
    fn a_number_is_no_matrix() {
        SCALE.called("f32", &[Given::Tensor(Shape::SCALAR), BY, Given::Constant]);
    }

    #[test]
    #[should_panic(expected = "`scale` takes 3 arguments, but 1 is given: write as many as it takes")]
    fn arguments_are_counted() {
        SCALE.called("f32", &[X]);
    }

    #[test]
    #[should_panic(expected = "`scale` takes a tensor as `by`, but gets none")]
    fn an_integer_is_no_tensor() {
        SCALE.called("f32", &[X, Given::Constant, Given::Constant]);
    }

    #[test]
    #[should_panic(expected = "`scale` takes `n` without a gradient, but gets a tensor")]
    fn a_tensor_is_no_integer() {
        SCALE.called("f32", &[X, BY, BY]);
    }

    #[test]
    #[should_panic(expected = "`scale` computes in `f32`, but is called in `f64`: write it for every `T: Scalar`")]
    fn there_is_one_scalar() {
        SCALE.called("f64", &[X, BY, Given::Constant]);
    }

    #[test]
    #[should_panic(expected = "`helper` is called here, but is not differentiable")]
    fn an_ordinary_function_is_none() {
        Ordinary::__shape("helper", "f32", &[]);
    }
}
