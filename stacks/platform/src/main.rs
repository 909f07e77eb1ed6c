//! The program. What it declares stands in the library beside it, so that benchmarks can build the document, too.

windlass::main!("platform", platform::stack);
