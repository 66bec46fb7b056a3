//! The graph to a formula: the shape of every value, and how each node runs. The mistakes of the user end here.

use super::body::{Body, Site, What};
use super::branch::Condition;
use super::elements::{self, Element};
use super::formula::{Formula, Node, Value};
use super::functions::{Branch, Call, Callee, Form, Invocation, Pull, Read};
use super::merge::merge;
use super::shape::{Constants, Length, Shape, count, expression, tensor, term};
use super::signature::{Signature, other_scalar, shape_of};
use crate::error::{Errors, Place};
use crate::graph::ValueId;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::rc::Rc;

/// The work on one body.
struct Inference<'a> {
    signature: &'a Signature,
    constants: &'a mut Constants,
    errors: &'a mut Errors,
    formula: Formula,
    /// The value of this stage for each value of the graph; none behind a mistake.
    place_of: Vec<Option<ValueId>>,
    /// What messages call each value of this stage.
    spoken: Vec<String>,
    /// Whether each value of this stage carries a gradient.
    active: Vec<bool>,
}

/// The formula of a body. After a mistake it is not complete.
pub(crate) fn infer(signature: &Signature, body: Body, constants: &mut Constants, errors: &mut Errors) -> Formula {
    let tensors = signature.arguments.iter().filter_map(|argument| Some((argument, argument.shape.clone()?)));
    let inputs = tensors.map(|(argument, shape)| (shape, format!("`{}`", argument.name), argument.wanted)).collect();
    let (mut inference, output) = Inference::run(signature, body, inputs, constants, errors);
    if let Some(output) = output {
        inference.end(output);
    }
    inference.formula
}

impl<'a> Inference<'a> {
    /// The formula of a body over inputs with shapes, names in messages, and whether a gradient of each is wanted.
    fn run(
        signature: &'a Signature,
        body: Body,
        inputs: Vec<(Shape, String, bool)>,
        constants: &'a mut Constants,
        errors: &'a mut Errors,
    ) -> (Inference<'a>, Option<ValueId>) {
        let Body { graph, sites, value } = body;
        let formula = Formula {
            values: Vec::new(),
            nodes: Vec::new(),
            inputs: Vec::new(),
            output: ValueId(0),
            value: None,
            wanted: Vec::new(),
            seals: Vec::new(),
        };
        let place_of = vec![None; graph.names.len()];
        let (spoken, active) = (Vec::new(), Vec::new());
        let mut inference = Inference { signature, constants, errors, formula, place_of, spoken, active };
        for ((shape, spoken, wanted), input) in inputs.into_iter().zip(&graph.inputs) {
            let value = inference.value(graph.names[input.0].clone(), shape, spoken);
            inference.active[value.0] = wanted;
            inference.place_of[input.0] = Some(value);
            inference.formula.inputs.push(value);
            inference.formula.wanted.push(wanted);
        }
        for node in &graph.nodes {
            let inputs: Option<Vec<ValueId>> = node.inputs.iter().map(|input| inference.place_of[input.0]).collect();
            let Some(inputs) = inputs else { continue };
            let name = &graph.names[node.output.0];
            let spoken = graph.spoken[node.output.0].clone();
            inference.place_of[node.output.0] = inference.site(&sites[node.layer], inputs, name, spoken);
        }
        inference.formula.value = value.and_then(|value| inference.place_of[value.0]);
        let output = inference.place_of.get(graph.output.0).copied().flatten().filter(|_| graph.certain);
        (inference, output)
    }
}

impl Inference<'_> {
    fn value(&mut self, name: String, shape: Shape, spoken: String) -> ValueId {
        self.formula.values.push(Value { name, shape });
        self.spoken.push(spoken);
        self.active.push(false);
        ValueId(self.formula.values.len() - 1)
    }

    fn shape(&self, value: ValueId) -> &Shape {
        &self.formula.values[value.0].shape
    }

    fn mistake(&mut self, place: Place, message: impl std::fmt::Display) -> Option<ValueId> {
        self.errors.push(place, message);
        None
    }

    /// The value that a site makes of its inputs.
    fn site(&mut self, site: &Site, inputs: Vec<ValueId>, name: &str, spoken: Option<String>) -> Option<ValueId> {
        let names: Vec<String> = inputs.iter().map(|input| self.plain(*input)).collect();
        let (shape, form, text) = match &site.what {
            What::Number(tokens) => (Shape::SCALAR, Form::Number(tokens.clone()), tokens.to_string()),
            What::Element(element) => return self.element(element, inputs, site.place, name, spoken),
            What::Detach => (self.shape(inputs[0]).clone(), Form::Detach, format!("detach({})", names[0])),
            What::Index(at) => {
                let shape = self.part(inputs[0], *at, site.place)?;
                (shape, Form::Part(*at), format!("{}[{at}]", names[0]))
            }
            What::Slice(start, end) => {
                let (shape, form, text) = self.slice(inputs[0], (*start, *end), site.place)?;
                (shape, form, text)
            }
            What::Stack => {
                let (shape, form) = self.stack(&inputs, site.place)?;
                (shape, form, format!("[{}]", names.join(", ")))
            }
            What::Branch(branch) => {
                let (condition, bodies) = &**branch;
                let (shape, form) = self.branch(condition, bodies, &inputs, site.place)?;
                (shape, form, "if .. { .. } else { .. }".to_owned())
            }
            What::Typed(ty) => return self.typed(inputs[0], ty, name, spoken),
            What::Function(function) => {
                let operands = inputs.iter().map(|input| (self.shape(*input).clone(), self.spoken[input.0].clone()));
                let operands = operands.collect();
                let mut call = Call {
                    name: function.name,
                    operands,
                    settings: &site.settings,
                    place: site.place,
                    constants: self.constants,
                    errors: self.errors,
                    rule: None,
                };
                let (shape, form) = (function.apply)(&mut call)?;
                let rule = call.rule;
                let settings = site.settings.iter().map(|setting| setting.text());
                let arguments: Vec<String> = names.into_iter().chain(settings).collect();
                let text = format!("{}({})", function.name, arguments.join(", "));
                let output = self.node(inputs, shape, form, text, name, spoken);
                if let (Some(_), Some(node)) = (rule, self.formula.nodes.last_mut()) {
                    node.rule = rule;
                }
                return Some(output);
            }
            What::Repeated => return Some(self.repeated(inputs[0], inputs[1], name)),
            What::Zero => {
                let shape = self.shape(inputs[0]).clone();
                let form = if shape.is_scalar() { Form::Number(quote!(0.0)) } else { Form::Element(elements::ZERO) };
                return Some(self.node(Vec::new(), shape, form, "0.0".to_owned(), name, spoken));
            }
            What::Count => {
                let count = self.count(inputs[0], site)?;
                return Some(self.node(Vec::new(), Shape::SCALAR, Form::Number(count), "n".to_owned(), name, spoken));
            }
            What::Own(callee, arguments) => {
                // A tangent has the shape of the result, which the first half of the operands says.
                let operands = if callee.tangent { inputs.len() / 2 } else { inputs.len() };
                let (path, given) = (&callee.path, &arguments[..arguments.len() - (inputs.len() - operands)]);
                let (shape, name) = self.own(path, given, &inputs[..operands], site.place)?;
                let mut names = names.into_iter();
                let arguments_text: Vec<String> = arguments
                    .iter()
                    .map(|argument| match argument {
                        Some(constant) => constant.to_string(),
                        None => names.next().unwrap_or_default(),
                    })
                    .collect();
                let tangent = if callee.tangent { "::tangent" } else { "" };
                let text = format!("{}{tangent}({})", spelled(path), arguments_text.join(", "));
                (shape, Form::Own(Callee { path: name.into(), tangent: callee.tangent }, arguments.clone()), text)
            }
        };
        Some(self.node(inputs, shape, form, text, name, spoken))
    }

    fn node(
        &mut self,
        inputs: Vec<ValueId>,
        shape: Shape,
        form: Form,
        text: String,
        name: &str,
        spoken: Option<String>,
    ) -> ValueId {
        let spoken = spoken.unwrap_or_else(|| format!("`{text}`"));
        let rule = shape.rule();
        let output = self.value(name.to_owned(), shape, spoken);
        self.active[output.0] = !form.detaches() && inputs.iter().any(|input| self.active[input.0]);
        self.formula.nodes.push(Node { inputs, output, form, rule, text });
        output
    }

    /// A value as it is read in the text of a step.
    fn plain(&self, value: ValueId) -> String {
        // Each node makes one value, behind those of the nodes before it.
        let nodes = &self.formula.nodes;
        match nodes.binary_search_by_key(&value, |node| node.output).ok().map(|at| &nodes[at]) {
            Some(Node { form: Form::Number(_), text, .. }) => text.clone(),
            _ => self.formula.values[value.0].name.clone(),
        }
    }

    fn element(
        &mut self,
        element: &'static Element,
        mut inputs: Vec<ValueId>,
        place: Place,
        name: &str,
        spoken: Option<String>,
    ) -> Option<ValueId> {
        let is_decided = element.shares[0].is_empty() && !element.detaches();
        if is_decided && self.active[inputs[0].0] {
            let (sign, spoken, plain) = (element.name, self.spoken[inputs[0].0].clone(), self.plain(inputs[0]));
            let message = format!(
                "the condition of `{sign}` has no gradient, but {spoken} has one: write a comparison, `{plain} > 0.0`, or `detach({plain})`"
            );
            return self.mistake(place, message);
        }
        let mut shape = self.shape(inputs[0]).clone();
        for &input in &inputs[1..] {
            shape = self.common(shape, input, &inputs, element, place)?;
        }
        if let Shape::Opaque(_) = shape {
            for input in &mut inputs {
                if *self.shape(*input) != shape && !self.shape(*input).is_scalar() {
                    *input = self.expanded(*input, shape.clone());
                }
            }
        }
        let text = elements::text(element.value, &|word| {
            let at = elements::operand(word).unwrap_or(0);
            self.plain(inputs[at])
        });
        Some(self.node(inputs, shape, Form::Element(element), text, name, spoken))
    }

    /// The shape that broadcasting gives two.
    fn common(
        &mut self,
        shape: Shape,
        other: ValueId,
        inputs: &[ValueId],
        element: &Element,
        place: Place,
    ) -> Option<Shape> {
        let second = self.shape(other).clone();
        let (a, b) = match (&shape, &second) {
            (a, b) if a == b => return Some(shape),
            (a, b) if a.is_scalar() || b.is_scalar() => return Some(if a.is_scalar() { second } else { shape }),
            (Shape::Known(a), Shape::Known(b)) => (a, b),
            (a, b) => {
                if a.is_generic() || b.is_generic() {
                    self.mistake(
                        place,
                        "a length that is a const parameter meets one that rustc alone knows: write the types out",
                    );
                    return None;
                }
                let (a, b) = (expression(a), expression(b));
                let rule = quote!(__dnn::functions::shape::broadcast(#a, #b));
                return Some(self.constants.shape(rule, place.ends().0));
            }
        };
        let rank = a.len().max(b.len());
        let at = |lengths: &[Length], i: usize| {
            (i + lengths.len()).checked_sub(rank).map_or(Length::Number(1), |i| lengths[i].clone())
        };
        let mut lengths = Vec::new();
        for i in 0..rank {
            match (at(a, i), at(b, i)) {
                (a, b) if a == b || b.is_one() => lengths.push(a),
                (a, b) if a.is_one() => lengths.push(b),
                (x, y) => {
                    let (left, right) = (&self.spoken[inputs[0].0], &self.spoken[other.0]);
                    let sign = element.name;
                    let advice = match (x.number(), y.number()) {
                        (Some(_), Some(_)) => "make them equal, or one of them 1".to_owned(),
                        _ => "write the same const parameter in both types".to_owned(),
                    };
                    let message = format!(
                        "`{sign}` of {left}, which is {shape}, and {right}, which is {second}: {x} and {y} do not broadcast, {advice}"
                    );
                    self.mistake(place, message);
                    return None;
                }
            }
        }
        let common = Shape::Known(lengths);
        if shape.numbers().is_some() && second.numbers().is_some() {
            let (a, b) = (expression(&shape), expression(&second));
            let rule = quote!(__dnn::functions::shape::broadcast(#a, #b));
            self.constants.proofs.shape(element.name, &common, &rule);
        }
        Some(common)
    }

    /// A value repeated to a shape that rustc knows.
    fn expanded(&mut self, value: ValueId, shape: Shape) -> ValueId {
        let text = format!("expand({})", self.plain(value));
        let invocation = |path, read| Invocation { path, constants: Vec::new(), types: 0, reads: vec![read] };
        let form = Form::Calls {
            value: vec![invocation("expand::value", Read::Operand(0))],
            pulls: vec![Pull::Call(invocation("expand::pull", Read::Gradient))],
        };
        let name = format!("__expanded{}", self.formula.values.len());
        self.node(vec![value], shape, form, text, &name, None)
    }

    /// A value repeated to the shape of another one: it itself where that is its own.
    fn repeated(&mut self, value: ValueId, like: ValueId, name: &str) -> ValueId {
        let shape = self.shape(like).clone();
        match &shape {
            own if own == self.shape(value) => value,
            Shape::Opaque(_) => self.expanded(value, shape),
            Shape::Known(_) => {
                let text = format!("expand({}, {shape})", self.plain(value));
                self.node(vec![value], shape, Form::Element(elements::REPEATED), text, name, None)
            }
        }
    }

    /// How many elements one of a reduction is made of.
    fn count(&mut self, value: ValueId, site: &Site) -> Option<TokenStream> {
        let operands = vec![(self.shape(value).clone(), self.spoken[value.0].clone())];
        let (settings, place) = (&site.settings, site.place);
        let (constants, errors) = (&mut *self.constants, &mut *self.errors);
        let mut call = Call { name: "count", operands, settings, place, rule: None, constants, errors };
        let count = call.count().ok()?;
        Some(quote!((#count) as f64))
    }

    fn part(&mut self, value: ValueId, at: usize, place: Place) -> Option<Shape> {
        let (shape, name) = (self.shape(value).clone(), self.spoken[value.0].clone());
        match &shape {
            Shape::Known(lengths) => match &lengths[..] {
                [] => {
                    self.mistake(place, format!("{name} is a number and has no elements: remove the index"));
                    None
                }
                [Length::Number(length), ..] if at >= *length => {
                    let last = length.saturating_sub(1);
                    self.mistake(
                        place,
                        format!("{name} has the shape {shape}, so that there is no [{at}]: write 0 to {last}"),
                    );
                    None
                }
                [Length::Parameter(length), ..] => {
                    self.mistake(place, format!("{name} has the shape {shape}, and the macro does not know whether `{length}` is more than {at}: write a number"));
                    None
                }
                [_, rest @ ..] => Some(Shape::Known(rest.to_vec())),
            },
            Shape::Opaque(_) => {
                let rule = expression(&shape);
                let rule = quote!(__dnn::functions::take::rule_at(#rule, 0, #at));
                let part = self.constants.shape(rule, place.ends().0);
                self.constants.proofs.evaluated("[]", &part, count(&part) * term(&shape, 0), count(&shape));
                Some(part)
            }
        }
    }

    /// `x[1..3]`, along the first axis.
    fn slice(
        &mut self,
        value: ValueId,
        (start, end): (Option<usize>, Option<usize>),
        place: Place,
    ) -> Option<(Shape, Form, String)> {
        let settings = [super::body::Setting {
            name: "range".to_owned(),
            value: vec![start.map(|start| start as i64), end.map(|end| end as i64)],
            tokens: TokenStream::new(),
            place,
        }];
        let mut call = Call {
            name: "slice",
            operands: vec![(self.shape(value).clone(), self.spoken[value.0].clone())],
            settings: &settings,
            place,
            constants: self.constants,
            errors: self.errors,
            rule: None,
        };
        let (shape, form) = (super::functions::find("slice")?.apply)(&mut call)?;
        let bound = |bound: Option<usize>| bound.map_or(String::new(), |bound| bound.to_string());
        let text = format!("{}[{}..{}]", self.plain(value), bound(start), bound(end));
        Some((shape, form, text))
    }

    /// `[a, b, c]`: values of one shape as the parts of a new first axis.
    fn stack(&mut self, inputs: &[ValueId], place: Place) -> Option<(Shape, Form)> {
        let first = self.shape(inputs[0]).clone();
        if let Some(other) = inputs.iter().find(|input| *self.shape(**input) != first) {
            let (name, shape) = (self.spoken[other.0].clone(), self.shape(*other).clone());
            let message = format!(
                "the elements of an array have one shape, but {} is {first} and {name} is {shape}: make them equal",
                self.spoken[inputs[0].0]
            );
            self.mistake(place, message);
            return None;
        }
        let Shape::Known(lengths) = &first else {
            self.mistake(
                place,
                "the shape of these elements is known to rustc alone: write it out, `let h: [f32; 4] = ..;`",
            );
            return None;
        };
        let shape = Shape::Known([Length::Number(inputs.len())].into_iter().chain(lengths.iter().cloned()).collect());
        let invocation = |at: usize, path, read| Invocation {
            path,
            constants: vec![quote!(0), quote!(#at)],
            types: 2,
            reads: vec![read],
        };
        let value = (0..inputs.len()).map(|at| invocation(at, "place::value", Read::Operand(at))).collect();
        let pulls = (0..inputs.len()).map(|at| Pull::Call(invocation(at, "place::pull", Read::Gradient))).collect();
        Some((shape, Form::Calls { value, pulls }))
    }

    /// `let y: [f32; 3] = x;`
    fn typed(&mut self, value: ValueId, ty: &syn::Type, name: &str, spoken: Option<String>) -> Option<ValueId> {
        let declared = shape_of(self.signature, ty, self.constants);
        let place = Place::of(&quote!(#ty));
        let found = self.shape(value).clone();
        let Some(declared) = declared else {
            return self.mistake(
                place,
                format!("this is no tensor, but {} is one of {found}: remove the type", self.spoken[value.0]),
            );
        };
        if let Some((own, scalar)) = other_scalar(self.signature, ty) {
            let message = format!("the function computes in `{scalar}`, but this is `{own}`: write `{scalar}`");
            return self.mistake(place, message);
        }
        self.equal(&found, &declared, place, "the type says")?;
        let text = self.plain(value);
        Some(self.node(vec![value], declared, Form::View, text, name, spoken))
    }

    /// A shape that is declared and one that is found are the same: known to the macro, or checked by rustc.
    fn equal(&mut self, found: &Shape, declared: &Shape, place: Place, says: &str) -> Option<ValueId> {
        if found == declared {
            return Some(ValueId(0));
        }
        if let (Shape::Known(_), Shape::Known(_)) = (found, declared) {
            let ty = tensor(found, &self.signature.scalar).to_string().replace(" ;", ";");
            let of = |shape: &Shape| if shape.is_scalar() { "a number".to_owned() } else { shape.to_string() };
            let message = format!("{says} {}, but the value is {}: write `{ty}`", of(declared), of(found));
            return self.mistake(place, message);
        }
        if found.is_generic() || declared.is_generic() {
            return self.mistake(
                place,
                "a length that is a const parameter meets one that rustc alone knows: write the types out",
            );
        }
        let (found, declared) = (expression(found), expression(declared));
        let (callee, arguments) = (quote!(__dnn::functions::shape::same), quote!(#found, #declared, "this"));
        let call = crate::emit::call(place, quote!(__dnn_same), arguments);
        self.formula.seals.push(quote!(const _: () = { use #callee as __dnn_same; #call };));
        Some(ValueId(0))
    }

    /// The result of another differentiable function, which its signature knows.
    fn own(
        &mut self,
        path: &syn::Path,
        arguments: &[Option<TokenStream>],
        inputs: &[ValueId],
        place: Place,
    ) -> Option<(Shape, Ident)> {
        let mut tensors = inputs.iter();
        let mut given = Vec::new();
        for argument in arguments {
            let input = match argument {
                None => tensors.next(),
                Some(_) => None,
            };
            let Some(input) = input else {
                given.push(quote!(__dnn::functions::call::Given::Constant));
                continue;
            };
            let shape = self.shape(*input);
            if shape.is_generic() {
                let name = self.spoken[input.0].clone();
                self.mistake(place, format!("{name} has a const parameter in its shape, and stable Rust cannot say what another function makes of it: write a number"));
                return None;
            }
            let shape = expression(shape);
            given.push(quote!(__dnn::functions::call::Given::Tensor(#shape)));
        }
        let (callee, name) = (self.constants.callee(path), spelled(path));
        let scalar = self.signature.scalar_name().unwrap_or_default();
        let rule = quote!(<#callee>::__shape(#name, #scalar, &[#(#given),*]));
        let shape =
            self.constants.shape(rule, path.segments.last().map_or(place.ends().0, |segment| segment.ident.span()));
        Some((shape, callee))
    }

    /// Two ways, which give the same shape.
    fn branch(
        &mut self,
        condition: &Condition,
        bodies: &[Body; 2],
        inputs: &[ValueId],
        place: Place,
    ) -> Option<(Shape, Form)> {
        let compared = inputs.len() - bodies[0].graph.inputs.len();
        for value in &inputs[..compared] {
            let (name, shape) = (self.spoken[value.0].clone(), self.shape(*value).clone());
            if self.active[value.0] {
                let advice = format!("detach({})", name.trim_matches('`'));
                self.mistake(
                    place,
                    format!("{name} carries a gradient, which a condition cannot pass on: write `{advice}`"),
                );
                return None;
            }
            if !shape.is_scalar() {
                self.mistake(
                    place,
                    format!(
                        "a condition compares numbers, but {name} is {shape}: `sum` it, or write `where_` for elements"
                    ),
                );
                return None;
            }
        }
        let mut way = |body: &Body| {
            let taken = inputs[compared..].iter();
            let taken =
                taken.map(|value| (self.shape(*value).clone(), self.spoken[value.0].clone(), self.active[value.0]));
            let taken = taken.collect();
            let (mut inference, output) =
                Inference::run(self.signature, body.clone(), taken, self.constants, self.errors);
            let output = output?;
            let shape = inference.shape(output).clone();
            // An input is no result of a program.
            let output = match inference.formula.inputs.contains(&output) {
                true => inference.node(vec![output], shape.clone(), Form::View, String::new(), "__result", None),
                false => output,
            };
            inference.formula.output = output;
            let formula = merge(inference.formula);
            self.formula.seals.extend(formula.seals.iter().cloned());
            Some((shape, formula))
        };
        let ((first, a), (second, b)) = (way(&bodies[0])?, way(&bodies[1])?);
        if first != second {
            let message = match (first.rule(), second.rule()) {
                (None, None) => format!("one way gives {first}, the other {second}: make them equal"),
                _ => {
                    "rustc alone knows what both ways give: write it out in both, `let y: [f32; 3] = ..; y`".to_owned()
                }
            };
            self.mistake(place, message);
            return None;
        }
        let branch = Branch { condition: condition.clone(), compared, ways: [a, b] };
        Some((first, Form::Branch(Rc::new(branch))))
    }

    /// The result is what the signature says.
    fn end(&mut self, output: ValueId) {
        let (found, declared) = (self.shape(output).clone(), self.signature.output.shape.clone());
        let place = self.signature.output.place;
        if self.equal(&found, &declared, place, "the signature says").is_none() {
            return;
        }
        let output = match found == declared && !self.formula.inputs.contains(&output) {
            true => output,
            false => {
                let text = self.plain(output);
                self.node(vec![output], declared, Form::View, text, "__result", None)
            }
        };
        self.formula.output = output;
    }
}

/// A path as it is written.
fn spelled(path: &syn::Path) -> String {
    quote!(#path).to_string().replace(' ', "")
}
