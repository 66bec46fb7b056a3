//! The crate `dnn` with shape rules that are wrong by one: what typenum proves has to say so.

pub mod __private {
    pub use dnn::__private::*;

    pub mod functions {
        pub use dnn::__private::functions::*;
        use shape::Shape;

        /// The shape with its first length one longer.
        const fn longer(of: Shape) -> Shape {
            match *of.dims() {
                [] => Shape::new(&[2]),
                [a] => Shape::new(&[a + 1]),
                [a, b] => Shape::new(&[a + 1, b]),
                [a, b, c] => Shape::new(&[a + 1, b, c]),
                [a, b, c, d] => Shape::new(&[a + 1, b, c, d]),
                _ => of,
            }
        }

        macro_rules! wrong {
            ($($module:ident($($operand:ident: $ty:ty),*);)*) => {$(
                pub mod $module {
                    #[allow(unused_imports)]
                    use super::Shape;
                    pub use dnn::__private::functions::$module::*;
                    pub const fn rule($($operand: $ty),*) -> Shape {
                        super::longer(dnn::__private::functions::$module::rule($($operand),*))
                    }
                }
            )*};
        }
        wrong! {
            linear(x: Shape, w: Shape, b: Option<Shape>);
            matmul(a: Shape, b: Shape);
            mean(a: Shape, axis: usize);
            outer(a: Shape, b: Shape);
            place(a: Shape, b: Shape, axis: usize);
            take(a: Shape, axis: usize, start: usize, end: usize);
            transpose(a: Shape);
        }

        pub mod conv1d {
            use super::Shape;
            pub use dnn::__private::functions::conv1d::*;
            /// A window less.
            pub const fn rule(x: Shape, w: Shape, b: Option<Shape>, s: usize, p: usize, d: usize, g: usize) -> Shape {
                let y = dnn::__private::functions::conv1d::rule(x, w, b, s, p, d, g);
                Shape::new(&[y.dim(0), y.dim(1) - 1])
            }
        }

        pub mod conv2d {
            use super::Shape;
            pub use dnn::__private::functions::conv2d::*;
            /// Rows and columns exchanged.
            pub const fn rule(
                x: Shape, w: Shape, b: Option<Shape>, s: [usize; 2], p: [usize; 2], d: [usize; 2], g: usize,
            ) -> Shape {
                let y = dnn::__private::functions::conv2d::rule(x, w, b, s, p, d, g);
                Shape::new(&[y.dim(0), y.dim(2), y.dim(1)])
            }
        }

        pub mod shape {
            pub use dnn::__private::functions::shape::*;
            pub const fn flatten(from: Shape) -> Shape {
                super::longer(dnn::__private::functions::shape::flatten(from))
            }
            pub const fn reshape(from: Shape, to: &[isize]) -> Shape {
                super::longer(dnn::__private::functions::shape::reshape(from, to))
            }
        }
    }
}
