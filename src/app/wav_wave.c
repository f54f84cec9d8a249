/* wav_wave.c - see wav_wave.h. */
#include "app/wav_wave.h"

void wave_begin(struct vq_report_wave *v, uint64_t frames)
{
    v->n = frames < VQ_WAVE_COLUMNS ? (unsigned)frames : VQ_WAVE_COLUMNS;
    for (unsigned c = 0; c < 2; c++)
        for (unsigned i = 0; i < v->n; i++)
            v->column[c][i] = (struct vq_wave_column){0};
}

void wave_add(struct vq_report_wave *v, uint64_t frames, unsigned c, uint64_t at, const int16_t *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct vq_wave_column *x = &v->column[c][(at + i) * v->n / frames];
        x->low = samples[i] < x->low ? samples[i] : x->low;
        x->high = samples[i] > x->high ? samples[i] : x->high;
    }
}

void wave_missing(struct vq_report_wave *v, uint64_t frames, unsigned c, const struct wav_track *t)
{
    uint64_t cells = (frames * 100 + t->rate - 1) / t->rate;
    cells = cells < t->cells ? cells : t->cells;
    for (unsigned i = 0; i < v->n && cells; i++) {
        uint64_t from = i * cells / v->n, end = (i + 1) * cells / v->n, missing = 0;
        end = end > from ? end : from + 1;
        for (uint64_t k = from; k < end; k++)
            missing += !(t->covered[k / 8] >> k % 8 & 1);
        v->column[c][i].missing = (float)missing / (float)(end - from);
    }
}
