// Vectors of AVX-512, e^x of each lane, and the tile of a product whose sums stay in registers.
#include <immintrin.h>

#define LINES __attribute__((aligned(64))) // whole lines of the cache

static inline vec all(float x) { return (vec)_mm512_set1_ps(x); }
static inline vec *at(float *p) { return (vec *)p; }
static inline vec root(vec x) { return (vec)_mm512_sqrt_ps((__m512)x); }
static inline vec positive(vec x) { return (vec)_mm512_max_ps((__m512)x, _mm512_setzero_ps()); }

// e^x: x = n ln 2 + r, and a polynomial of r.
#define EXP(BITS)                                                                                                      \
    static inline __m##BITS exp##BITS(__m##BITS x) {                                                                   \
        __m##BITS n = _mm##BITS##_round(_mm##BITS##_mul(x, _mm##BITS##_all(1.44269504f)));                             \
        __m##BITS r = _mm##BITS##_fnma(n, _mm##BITS##_all(0.693359375f), x);                                           \
        r = _mm##BITS##_fnma(n, _mm##BITS##_all(-2.12194440e-4f), r);                                                  \
        __m##BITS r2 = _mm##BITS##_mul(r, r);                                                                          \
        __m##BITS a = _mm##BITS##_fma(_mm##BITS##_all(1.9875691e-4f), r, _mm##BITS##_all(1.3981999e-3f));              \
        __m##BITS b = _mm##BITS##_fma(_mm##BITS##_all(8.3334519e-3f), r, _mm##BITS##_all(4.1665796e-2f));              \
        __m##BITS c = _mm##BITS##_fma(_mm##BITS##_all(1.6666667e-1f), r, _mm##BITS##_all(5.0000001e-1f));              \
        __m##BITS p = _mm##BITS##_fma(_mm##BITS##_fma(a, r2, b), r2, c);                                               \
        p = _mm##BITS##_fma(p, r2, _mm##BITS##_add(r, _mm##BITS##_all(1)));                                            \
        return _mm##BITS##_scale(p, n);                                                                                \
    }
#define _mm512_all _mm512_set1_ps
#define _mm512_add _mm512_add_ps
#define _mm512_mul _mm512_mul_ps
#define _mm512_fma _mm512_fmadd_ps
#define _mm512_fnma _mm512_fnmadd_ps
#define _mm512_round(x) _mm512_roundscale_ps(x, 8)
#define _mm512_scale _mm512_scalef_ps
#define _mm128_all _mm_set1_ps
#define _mm128_add _mm_add_ps
#define _mm128_mul _mm_mul_ps
#define _mm128_fma _mm_fmadd_ps
#define _mm128_fnma _mm_fnmadd_ps
#define _mm128_round(x) _mm_roundscale_ps(x, 8)
#define _mm128_scale _mm_scalef_ps
EXP(512)
EXP(128)

// out[R][16 N] (+)= sum over k of a(r, k) b[k][16 N]: R x N sums stay in registers.
#define TILE(R, N)                                                                                                     \
    static inline void tile_##R##_##N(int terms, const float *a, long row, long step, float *b, long next, float *out, \
                                      long columns, int add) {                                                         \
        vec s[R][N];                                                                                                   \
        _Pragma("GCC unroll 16") for (int r = 0; r < R; r++) _Pragma("GCC unroll 4") for (int n = 0; n < N; n++)       \
            s[r][n] = add ? *at(out + r * columns + 16 * n) : all(0);                                                  \
        for (int k = 0; k < terms; k++) {                                                                              \
            vec t[N];                                                                                                  \
            _Pragma("GCC unroll 4") for (int n = 0; n < N; n++) t[n] = *at(b + k * next + 16 * n);                     \
            _Pragma("GCC unroll 16") for (int r = 0; r < R; r++) {                                                     \
                vec f = all(a[r * row + k * step]);                                                                    \
                _Pragma("GCC unroll 4") for (int n = 0; n < N; n++) s[r][n] += f * t[n];                               \
            }                                                                                                          \
        }                                                                                                              \
        _Pragma("GCC unroll 16") for (int r = 0; r < R; r++) _Pragma("GCC unroll 4") for (int n = 0; n < N; n++)       \
            *at(out + r * columns + 16 * n) = s[r][n];                                                                 \
    }
TILE(4, 1)
TILE(4, 3)
TILE(4, 4)
TILE(6, 4)
TILE(7, 4)
TILE(8, 1)
TILE(16, 1)
