//! The AST to a graph in static single assignment: every value is made once, by one node.
//!
//! A chain gives one node for each layer. Nodes are in the order of the forward pass.

use crate::syntax::Declaration;
use std::fmt;

/// Which value: the name of the layer that makes it, or `v` and a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ValueId(pub(crate) usize);

/// One use of a layer.
#[derive(Debug)]
pub(crate) struct Node {
    /// The layer, by its place in the declaration.
    pub(crate) layer: usize,
    /// What it reads.
    pub(crate) input: ValueId,
    /// What it makes.
    pub(crate) output: ValueId,
}

/// A network as values and nodes.
pub(crate) struct Graph {
    /// The names of the values, which the generated code uses too.
    pub(crate) names: Vec<String>,
    /// The nodes in the order of the forward pass.
    pub(crate) nodes: Vec<Node>,
    /// The network's input.
    pub(crate) input: ValueId,
    /// The network's output.
    pub(crate) output: ValueId,
}

/// The graph of a chain.
pub(crate) fn lower(declaration: &Declaration) -> Graph {
    let mut names = vec!["x".to_owned()];
    let mut nodes = Vec::new();
    for (layer, item) in declaration.layers.iter().enumerate() {
        names.push(match &item.name {
            Some(name) => name.to_string().trim_start_matches("r#").to_owned(),
            None => format!("v{}", layer + 1),
        });
        nodes.push(Node { layer, input: ValueId(layer), output: ValueId(layer + 1) });
    }
    Graph { output: ValueId(names.len() - 1), names, nodes, input: ValueId(0) }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for node in &self.nodes {
            let (input, output) = (&self.names[node.input.0], &self.names[node.output.0]);
            writeln!(f, "{output} = layer {}({input})", node.layer)?;
        }
        writeln!(f, "return {}", self.names[self.output.0])
    }
}
