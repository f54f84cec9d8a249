/* audio.c - level, silence and clipping of decoded speech. */
#include <voipqos/audio.h>

#include <math.h>

#define OVERLOAD 32768.0
#define LEAST 0.5 /* of a quantising step, where nothing but zeros came */

void vq_level_init(struct vq_level *l, uint32_t rate, int32_t limit)
{
    *l = (struct vq_level){.block = rate >= 50 ? rate / 50 : 1, .limit = limit};
}

static double dbov(double magnitude)
{
    return 20 * log10(fmax(magnitude, LEAST) / OVERLOAD);
}

static void end_block(struct vq_level *l)
{
    l->blocks++;
    l->silent += dbov(sqrt(l->block_energy / l->block)) < VQ_SILENCE_DBOV;
    l->block_energy = 0;
    l->filled = 0;
}

void vq_level_add(struct vq_level *l, const int16_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int32_t m = v[i] < 0 ? -v[i] : v[i];
        double e = (double)m * m;
        if (m > l->peak)
            l->peak = m;
        l->clipped += m >= l->limit;
        l->energy += e;
        l->block_energy += e;
        if (++l->filled == l->block)
            end_block(l);
    }
    l->samples += n;
}

void vq_level_pause(struct vq_level *l, uint64_t n)
{
    while (n && l->filled) {
        n--;
        if (++l->filled == l->block)
            end_block(l);
    }
    l->blocks += n / l->block;
    l->silent += n / l->block;
    l->filled = (uint32_t)(n % l->block);
}

double vq_level_rms(const struct vq_level *l)
{
    return l->samples ? dbov(sqrt(l->energy / (double)l->samples)) : (double)NAN;
}

double vq_level_peak(const struct vq_level *l)
{
    return l->samples ? dbov(l->peak) : (double)NAN;
}

double vq_level_silence(const struct vq_level *l)
{
    return l->blocks ? 100 * (double)l->silent / (double)l->blocks : (double)NAN;
}
