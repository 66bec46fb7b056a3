// The workloads of fully connected layers by OpenBLAS: its products, and plain loops for everything else.
//
//   gcc -O3 -march=native -fno-math-errno openblas.c -o openblas -lopenblas -lm
//
// OPENBLAS_CORETYPE=SkylakeX or Haswell chooses its kernels; version 0.3.21 takes those of Haswell on a Zen 5.
#include "workload.h"
#include <cblas.h>

void openblas_set_num_threads(int);

// W is [in][out]; each of these has a gradient and two averages beside it.
typedef struct { int in, out; float *w[4], *b[4]; } Layer;

static Layer layers[65];
static int count, samples, optimizer, step_number, *label;
static float *values[66], *gradients[66], loss;

static float *zeros(size_t length) {
    void *p;
    if (posix_memalign(&p, 64, length * sizeof(float)))
        abort();
    return memset(p, 0, length * sizeof(float));
}

static void start(int layer_count, const int *widths, int batch, int x_seed, int seed) {
    count = layer_count, samples = batch, step_number = 0;
    for (int l = 0; l < count; l++) {
        Layer *layer = &layers[l];
        layer->in = widths[l], layer->out = widths[l + 1];
        for (int i = 0; i < 4; i++)
            layer->w[i] = zeros((size_t)layer->in * layer->out), layer->b[i] = zeros(layer->out);
        fill(layer->w[0], layer->in * layer->out, seed + 2 * l, scale(layer->in), 0);
        fill(layer->b[0], layer->out, seed + 2 * l + 1, scale(layer->in), 0);
    }
    for (int l = 0; l <= count; l++)
        values[l] = zeros((size_t)batch * widths[l]), gradients[l] = zeros((size_t)batch * widths[l]);
    fill(values[0], batch * widths[0], x_seed, 1, 0.5f);
    label = malloc(batch * sizeof *label);
    for (int b = 0; b < batch; b++)
        label[b] = (b * 7 + 3) % 10;
}

static void forward(void) {
    for (int l = 0; l < count; l++) {
        Layer *layer = &layers[l];
        float *y = values[l + 1];
        for (int b = 0; b < samples; b++)
            memcpy(y + (size_t)b * layer->out, layer->b[0], layer->out * sizeof *y);
        if (samples == 1)
            cblas_sgemv(CblasRowMajor, CblasTrans, layer->in, layer->out, 1, layer->w[0], layer->out, values[l], 1, 1, y, 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, samples, layer->out, layer->in, 1, values[l], layer->in,
                        layer->w[0], layer->out, 1, y, layer->out);
        if (l < count - 1)
            for (long i = 0; i < (long)samples * layer->out; i++)
                y[i] = y[i] > 0 ? y[i] : 0;
    }
}

// Gradient descent, with momentum, or Adam.
static void update(float **p, long length) {
    float *w = p[0], *g = p[1], *m = p[2], *v = p[3];
    if (optimizer == 0)
        for (long i = 0; i < length; i++)
            w[i] -= 0.01f * g[i];
    else if (optimizer == 1)
        for (long i = 0; i < length; i++)
            m[i] = 0.9f * m[i] + g[i], w[i] -= 0.01f * m[i];
    else {
        float rate = 1e-3f / (1 - powf(0.9f, step_number)), correction = 1 / sqrtf(1 - powf(0.999f, step_number));
        for (long i = 0; i < length; i++) {
            m[i] = 0.9f * m[i] + 0.1f * g[i], v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
            w[i] -= rate * m[i] / (sqrtf(v[i]) * correction + 1e-8f);
        }
    }
}

static void steps(long times) {
    while (times--) {
        forward();
        float *y = values[count], *dy = gradients[count];
        loss = 0;
        for (int b = 0; b < samples; b++, y += 10, dy += 10) {
            float most = y[0], sum = 0;
            for (int o = 1; o < 10; o++)
                most = y[o] > most ? y[o] : most;
            for (int o = 0; o < 10; o++)
                sum += dy[o] = expf(y[o] - most);
            for (int o = 0; o < 10; o++)
                dy[o] /= sum * samples;
            loss += (logf(sum) - (y[label[b]] - most)) / samples;
            dy[label[b]] -= 1.0f / samples;
        }
        step_number++;
        for (int l = count - 1; l >= 0; l--) {
            Layer *layer = &layers[l];
            float *d = gradients[l + 1];
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, layer->in, layer->out, samples, 1, values[l], layer->in, d,
                        layer->out, 0, layer->w[1], layer->out);
            memset(layer->b[1], 0, layer->out * sizeof *d);
            for (int b = 0; b < samples; b++)
                for (int o = 0; o < layer->out; o++)
                    layer->b[1][o] += d[(long)b * layer->out + o];
            if (l > 0) {
                cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, samples, layer->in, layer->out, 1, d, layer->out,
                            layer->w[0], layer->out, 0, gradients[l], layer->in);
                for (long i = 0; i < (long)samples * layer->in; i++)
                    gradients[l][i] = values[l][i] > 0 ? gradients[l][i] : 0;
            }
            update(layer->w, (long)layer->in * layer->out), update(layer->b, layer->out);
        }
    }
}

static void predictions(long times) {
    while (times--)
        forward();
}

static void train(const char *name, int which, int k, int layer_count, const int *widths, int batch, int x_seed, int seed) {
    if (!wanted(name))
        return;
    optimizer = which;
    start(layer_count, widths, batch, x_seed, seed), steps(k);
    double check = loss;
    start(layer_count, widths, batch, x_seed, seed), measure(name, check, steps);
}

static void infer(const char *name, int batch) {
    if (!wanted(name))
        return;
    start(2, (int[]){784, 128, 10}, batch, 1, 2), forward();
    measure(name, checksum(values[2], batch * 10, 10, 10), predictions);
}

// How cost grows: layers of that width behind each other, and one with ten outputs.
static void grow(const char *by, int value, int width, int depth, int batch) {
    char name[32];
    int widths[66];
    snprintf(name, sizeof name, "%s_%d", by, value);
    for (int l = 0; l <= depth; l++)
        widths[l] = width;
    widths[depth + 1] = 10;
    train(name, 0, 5, depth + 1, widths, batch, 31, 32);
}

int main(int names, char **name) {
    argument_count = names, arguments = name;
    const char *threads = getenv("THREADS");
    openblas_set_num_threads(threads ? atoi(threads) : 1);
    train("W2_sgd", 1, 20, 2, (int[]){784, 128, 10}, 64, 1, 2);
    train("W2_adam", 2, 20, 2, (int[]){784, 128, 10}, 64, 1, 2);
    train("W2_wide_batch", 1, 20, 2, (int[]){784, 128, 10}, 256, 1, 2);
    infer("W3_b1", 1);
    infer("W3_b64", 64);
    train("W6", 0, 5, 3, (int[]){1024, 1024, 1024, 10}, 256, 31, 32);
    for (int width = 4; width <= 1024; width *= 2)
        grow("width", width, width, 2, 32);
    for (int depth = 1; depth <= 64; depth *= 2)
        grow("depth", depth, 64, depth, 32);
    for (int batch = 1; batch <= 1024; batch *= 4)
        grow("batch", batch, 128, 2, batch);
}
