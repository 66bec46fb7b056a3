#[allow(
    non_camel_case_types,
    non_snake_case,
    unused_variables,
    unused_mut,
    unused_qualifications,
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic
)]
fn z(x: &[f32; 3]) -> f32 {
    z::__value(x)
}
///The gradients of [`z`](fn@z), which is differentiable.
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, Debug, Default)]
struct z {}
#[allow(
    non_camel_case_types,
    non_snake_case,
    unused_variables,
    unused_mut,
    unused_qualifications,
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic
)]
const _: () = {
    use ::dnn::__private as __dnn;
    const _: () = __dnn::functions::shape::proved(
        "mean",
        __dnn::functions::shape::Shape::new(&[]),
        __dnn::functions::mean::rule(
            __dnn::functions::shape::Shape::new(&[3]),
            { __dnn::functions::shape::WHOLE },
        ),
    );
    impl z {
        #[doc(hidden)]
        #[track_caller]
        pub const fn __shape(
            _: &str,
            __scalar: &str,
            __given: &[__dnn::functions::call::Given],
        ) -> __dnn::functions::shape::Shape {
            use __dnn::functions::call as __call;
            let (__takes, __gives) = (
                &[("x", __call::Type::Tensor(&[__call::Length::Number(3)]))],
                __call::Type::Tensor(&[]),
            );
            __call::Signature {
                name: "z",
                scalar: "f32",
                takes: __takes,
                gives: __gives,
            }
                .called(__scalar, __given)
        }
        #[doc(hidden)]
        #[inline]
        pub fn __value(x: &[f32; 3]) -> f32 {
            let x: &[f32; 3] = x;
            let mut v5: [f32; 3] = __dnn::functions::shape::zero();
            {
                let x: &[f32; 3] = __dnn::functions::shape::as_shape::<_, [f32; 3]>(x);
                let v5: &mut [f32; 3] = __dnn::functions::shape::as_shape_mut::<
                    _,
                    [f32; 3],
                >(&mut v5);
                for __i in 0..3 {
                    let y_i = x[__i] + 2.0f32;
                    let v3_i = y_i * y_i;
                    let v5_i = v3_i * 2.0f32;
                    v5[__i] = v5_i;
                }
            }
            let mut v6: f32 = __dnn::functions::shape::zero();
            __dnn::functions::mean::value::<
                { __dnn::functions::shape::WHOLE },
                _,
                _,
            >(&v5, &mut v6);
            v6
        }
        /**The value of [`z`](fn@z), and dL/d of each of `x`.

```text
y = x + 2.0
v3 = y * y
v5 = v3 * 2.0
v6 = mean(v5)

dv6 = 1.0           dL/dv6
dv5 = dv6 / 3       dL/dv6 d(mean(v5))/dv5
dv3 = dv5 * 2.0     dL/dv5 d(v3 * 2.0)/dv3
dy = dv3 * y        dL/dv3 d(y * y)/dy
dy_2 = dv3 * y      dL/dv3 d(y * y)/dy
dy_3 = dy + dy_2    y is used several times
dx = dy_3           dL/dy d(x + 2.0)/dx
```*/
        #[inline]
        pub fn gradient(x: &[f32; 3]) -> (f32, [f32; 3]) {
            Self::__gradient(x)
        }
        #[doc(hidden)]
        #[inline]
        pub fn __gradient(x: &[f32; 3]) -> (f32, [f32; 3]) {
            let x: &[f32; 3] = x;
            let mut v5: [f32; 3] = __dnn::functions::shape::zero();
            let mut dx: [f32; 3] = __dnn::functions::shape::zero();
            {
                let x: &[f32; 3] = __dnn::functions::shape::as_shape::<_, [f32; 3]>(x);
                let v5: &mut [f32; 3] = __dnn::functions::shape::as_shape_mut::<
                    _,
                    [f32; 3],
                >(&mut v5);
                let dx: &mut [f32; 3] = __dnn::functions::shape::as_shape_mut::<
                    _,
                    [f32; 3],
                >(&mut dx);
                for __i in 0..3 {
                    let y_i = x[__i] + 2.0f32;
                    let v3_i = y_i * y_i;
                    let v5_i = v3_i * 2.0f32;
                    v5[__i] = v5_i;
                    let dv5_i = 1.0f32 / <f32 as __dnn::Scalar>::from_usize(1 * 3);
                    let dv3_i = dv5_i * 2.0f32;
                    let dy_i = dv3_i * y_i;
                    let dy_2_i = dv3_i * y_i;
                    let dy_3_i = dy_i + dy_2_i;
                    let dx_i = dy_3_i;
                    dx[__i] = dx_i;
                }
            }
            let mut v6: f32 = __dnn::functions::shape::zero();
            __dnn::functions::mean::value::<
                { __dnn::functions::shape::WHOLE },
                _,
                _,
            >(&v5, &mut v6);
            (v6, dx)
        }
        #[doc(hidden)]
        #[inline]
        pub fn __pull(x: &[f32; 3], __cotangent: &f32) -> ([f32; 3],) {
            let x: &[f32; 3] = x;
            let dv6 = *__cotangent;
            let mut dx: [f32; 3] = __dnn::functions::shape::zero();
            {
                let x: &[f32; 3] = __dnn::functions::shape::as_shape::<_, [f32; 3]>(x);
                let dx: &mut [f32; 3] = __dnn::functions::shape::as_shape_mut::<
                    _,
                    [f32; 3],
                >(&mut dx);
                for __i in 0..3 {
                    let y_i = x[__i] + 2.0f32;
                    let dv5_i = dv6 / <f32 as __dnn::Scalar>::from_usize(1 * 3);
                    let dv3_i = dv5_i * 2.0f32;
                    let dy_i = dv3_i * y_i;
                    let dy_2_i = dv3_i * y_i;
                    let dy_3_i = dy_i + dy_2_i;
                    let dx_i = dy_3_i;
                    dx[__i] = dx_i;
                }
            }
            (dx,)
        }
        ///dL/d of `x` for a given dL/d of the result: the product of a vector and the Jacobian of [`z`](fn@z).
        #[inline]
        pub fn pullback(x: &[f32; 3], __cotangent: &f32) -> [f32; 3] {
            let __shares = Self::__pull(x, __cotangent);
            __shares.0
        }
        /// The scalars that a workspace has at least, for all that lies between the arguments and the gradients.
        pub const WORKSPACE: usize = 0 + 3;
        ///As `gradient`, in a workspace of at least [`WORKSPACE`](Self::WORKSPACE) scalars instead of the stack. **Writes** the gradients.
        ///
        /// # Panics
        /// Where the workspace is shorter.
        #[inline]
        #[track_caller]
        pub fn gradient_in(
            __workspace: &mut [f32],
            x: &[f32; 3],
            dx: &mut [f32; 3],
        ) -> f32 {
            if !__dnn::functions::function::fits(
                "z::WORKSPACE",
                __workspace.len(),
                Self::WORKSPACE,
            ) {
                return <f32 as __dnn::Scalar>::from_f64(f64::NAN);
            }
            Self::__within(__workspace, x, dx)
        }
        #[doc(hidden)]
        #[inline]
        fn __within(__workspace: &mut [f32], x: &[f32; 3], dx: &mut [f32; 3]) -> f32 {
            let __gradient0: &mut [f32; 3] = dx;
            let x: &[f32; 3] = x;
            let __rest = __workspace;
            let ::core::option::Option::Some((__buffer0, __rest)) = __dnn::functions::function::buffer::<
                [f32; 3],
            >(__rest) else {
                return <f32 as __dnn::Scalar>::from_f64(f64::NAN);
            };
            let v5: &mut [f32; 3] = __dnn::functions::shape::as_shape_mut::<
                _,
                [f32; 3],
            >(&mut *__buffer0);
            let dx: &mut [f32; 3] = __dnn::functions::shape::as_shape_mut::<
                _,
                [f32; 3],
            >(&mut *__gradient0);
            {
                let x: &[f32; 3] = __dnn::functions::shape::as_shape::<_, [f32; 3]>(x);
                let v5: &mut [f32; 3] = __dnn::functions::shape::as_shape_mut::<
                    _,
                    [f32; 3],
                >(&mut *v5);
                let dx: &mut [f32; 3] = __dnn::functions::shape::as_shape_mut::<
                    _,
                    [f32; 3],
                >(&mut *dx);
                for __i in 0..3 {
                    let y_i = x[__i] + 2.0f32;
                    let v3_i = y_i * y_i;
                    let v5_i = v3_i * 2.0f32;
                    v5[__i] = v5_i;
                    let dv5_i = 1.0f32 / <f32 as __dnn::Scalar>::from_usize(1 * 3);
                    let dv3_i = dv5_i * 2.0f32;
                    let dy_i = dv3_i * y_i;
                    let dy_2_i = dv3_i * y_i;
                    let dy_3_i = dy_i + dy_2_i;
                    let dx_i = dy_3_i;
                    dx[__i] = dx_i;
                }
            }
            let mut v6: f32 = __dnn::functions::shape::zero();
            __dnn::functions::mean::value::<
                { __dnn::functions::shape::WHOLE },
                _,
                _,
            >(&*v5, &mut v6);
            v6
        }
    }
};
