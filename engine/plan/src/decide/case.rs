//! The input of one decision: a declared resource, and its recorded generation.
//!
//! Not here: what the plan does about it, and what it refers to.

use petgraph::graph::NodeIndex;
use windlass::address::Address;
use windlass::document::Declaration;
use windlass::schema::{KindSchema, Wait};

use crate::graph::{Graph, Node};
use crate::world::{Current, World};

/// One declared resource, made once for each node of the graph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'a> {
    pub node: NodeIndex,
    pub address: &'a Address,
    pub declaration: &'a Declaration,
    pub schema: &'static KindSchema,
    /// The current generation as recorded, also if AWS does not have it any more.
    pub current: Option<Current<'a>>,
}

impl<'a> Case<'a> {
    /// The case of a node.
    pub fn of(graph: &Graph<'a>, world: &World<'a>, node: NodeIndex) -> Self {
        let Node {
            address,
            declaration,
            schema,
        } = graph.node(node);
        Self {
            node,
            address,
            declaration,
            schema,
            current: world.declared(node),
        }
    }

    /// The recorded generation, if AWS has it.
    pub fn existing(&self) -> Option<Current<'a>> {
        self.current.filter(|current| !current.is_gone())
    }

    /// The address under which it is recorded, if that is another one.
    pub fn moved_from(&self) -> Option<Address> {
        self.current
            .filter(|current| current.is_moved_to(self.address))
            .map(|current| current.at.clone())
    }

    /// Whether a wait for the resource was interrupted.
    pub fn is_unfinished(&self) -> bool {
        let farthest = self.schema.waits.iter().max();
        let farthest = farthest.copied().unwrap_or(Wait::Exists);
        self.current
            .is_some_and(|current| current.recorded.waited < farthest)
    }
}
