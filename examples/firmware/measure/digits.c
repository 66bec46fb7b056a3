// The digits network in C, as one writes it: static arrays and nested loops. 64-32-10, ReLU, cross-entropy.
//
// Sums take their terms in the order in which the formulas are read, so that the bits are those of the crate.

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { BATCH = 8, INPUTS = 64, HIDDEN = 32, CLASSES = 10 };

typedef struct {
    float w1[HIDDEN][INPUTS];
    float b1[HIDDEN];
    float w2[CLASSES][HIDDEN];
    float b2[CLASSES];
} network;

enum { PARAMETERS = sizeof(network) / sizeof(float) };

static network net, gradient, mean, square;
static unsigned steps;
static float hidden[BATCH][HIDDEN], dhidden[BATCH][HIDDEN];
static float logits[BATCH][CLASSES], dlogits[BATCH][CLASSES];

void NAME(load)(const network *start) {
    net = *start;
    memset(&mean, 0, sizeof mean);
    memset(&square, 0, sizeof square);
    steps = 0;
}

const network *NAME(weights)(void) {
    return &net;
}

static void forward(const float x[INPUTS], float h[HIDDEN], float y[CLASSES]) {
    for (int o = 0; o < HIDDEN; o++) {
        float sum = net.b1[o];
        for (int i = 0; i < INPUTS; i++)
            sum += net.w1[o][i] * x[i];
        h[o] = sum < 0 ? 0 : sum;
    }
    for (int o = 0; o < CLASSES; o++) {
        float sum = net.b2[o];
        for (int i = 0; i < HIDDEN; i++)
            sum += net.w2[o][i] * h[i];
        y[o] = sum;
    }
}

void NAME(predict)(const float x[INPUTS], float y[CLASSES]) {
    float h[HIDDEN];
    forward(x, h, y);
}

// The loss of one sample, and its gradient for the mean over the batch.
static float cross_entropy(const float y[CLASSES], int label, float dy[CLASSES]) {
    float largest = y[0];
    for (int c = 1; c < CLASSES; c++)
        if (y[c] > largest)
            largest = y[c];
    float sum = 0;
    for (int c = 0; c < CLASSES; c++) {
        dy[c] = expf(y[c] - largest);
        sum += dy[c];
    }
    for (int c = 0; c < CLASSES; c++)
        dy[c] = (dy[c] / sum - (c == label)) * (1.0f / BATCH);
    return logf(sum) - (y[label] - largest);
}

static float backward(const float x[BATCH][INPUTS], const uint8_t labels[BATCH]) {
    float loss = 0;
    for (int b = 0; b < BATCH; b++) {
        forward(x[b], hidden[b], logits[b]);
        loss += cross_entropy(logits[b], labels[b], dlogits[b]);
    }
    for (int b = 0; b < BATCH; b++)
        for (int i = 0; i < HIDDEN; i++) {
            float sum = 0;
            for (int o = 0; o < CLASSES; o++)
                sum += dlogits[b][o] * net.w2[o][i];
            dhidden[b][i] = hidden[b][i] > 0 ? sum : 0;
        }
    memset(&gradient, 0, sizeof gradient);
    for (int o = 0; o < CLASSES; o++)
        for (int i = 0; i < HIDDEN; i++)
            for (int b = 0; b < BATCH; b++)
                gradient.w2[o][i] += dlogits[b][o] * hidden[b][i];
    for (int o = 0; o < CLASSES; o++)
        for (int b = 0; b < BATCH; b++)
            gradient.b2[o] += dlogits[b][o];
    for (int o = 0; o < HIDDEN; o++)
        for (int i = 0; i < INPUTS; i++)
            for (int b = 0; b < BATCH; b++)
                gradient.w1[o][i] += dhidden[b][o] * x[b][i];
    for (int o = 0; o < HIDDEN; o++)
        for (int b = 0; b < BATCH; b++)
            gradient.b1[o] += dhidden[b][o];
    return loss * (1.0f / BATCH);
}

float NAME(sgd)(const float x[BATCH][INPUTS], const uint8_t labels[BATCH], float lr) {
    float loss = backward(x, labels);
    float *w = (float *)&net;
    const float *g = (const float *)&gradient;
    for (int p = 0; p < PARAMETERS; p++)
        w[p] -= lr * g[p];
    return loss;
}

static double power(double base, unsigned exponent) {
    double product = 1;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1)
            product *= base;
        base *= base;
    }
    return product;
}

float NAME(adam)(const float x[BATCH][INPUTS], const uint8_t labels[BATCH], double lr) {
    const double beta1 = 0.9, beta2 = 0.999;
    const float take1 = 1 - beta1, keep2 = beta2, take2 = 1 - beta2, eps = 1e-8;
    float loss = backward(x, labels);
    steps++;
    const float rate = lr / (1 - power(beta1, steps));
    const float correction = 1 / sqrt(1 - power(beta2, steps));
    float *w = (float *)&net, *m = (float *)&mean, *v = (float *)&square;
    const float *g = (const float *)&gradient;
    for (int p = 0; p < PARAMETERS; p++) {
        m[p] += (g[p] - m[p]) * take1;
        v[p] = keep2 * v[p] + take2 * g[p] * g[p];
        w[p] -= rate * m[p] / (sqrtf(v[p]) * correction + eps);
    }
    return loss;
}
