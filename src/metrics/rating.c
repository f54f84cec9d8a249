/* rating.c - which word goes with which number: ITU-T G.109 and G.114, ETSI TIPHON TR 101 329.
 *
 * Values are compared unrounded, so that 149.9996 ms is below 150 ms though it prints as 150.0. The one exception is
 * TIPHON's jitter index 4, see vq_tiphon_jitter(). */
#include <voipqos/rating.h>

#include <math.h>

/* ITU-T G.109 Table 1; the lower bound belongs to the category. */
static const struct {
    double from;
    const char *name;
} g109[] = {
    {90, "best"}, {80, "high"}, {70, "medium"}, {60, "low"}, {50, "poor"}, {-INFINITY, "not recommended"},
};

/* Indices 1 to 4 of the TIPHON tables as Indonesian reports name them. */
static const char *const tiphon_names[] = {NULL, "Jelek", "Sedang", "Bagus", "Sangat Bagus"};

/* Mean of the indices. The tables print "3 - 3.79" and "3.8 - 4"; what falls between goes down. */
static const struct {
    double from;
    const char *name;
} tiphon_means[] = {
    {3.8, "Sangat Memuaskan"}, {3, "Memuaskan"}, {2, "Kurang Memuaskan"}, {-INFINITY, "Jelek"},
};

const char *vq_rating_g109(double r)
{
    for (size_t i = 0; i < sizeof g109 / sizeof *g109; i++)
        if (r >= g109[i].from)
            return g109[i].name;
    return NULL;
}

const char *vq_rating_g114(double ms)
{
    if (isnan(ms))
        return NULL;
    return ms <= 150 ? "good" : ms <= 400 ? "acceptable" : "unacceptable";
}

int vq_tiphon_delay(double ms)
{
    if (isnan(ms))
        return 0;
    return ms < 150 ? 4 : ms <= 300 ? 3 : ms <= 450 ? 2 : 1;
}

/* The table gives index 4 to a jitter of 0 ms alone, and reports print three decimals: what prints as 0.000 has it. */
int vq_tiphon_jitter(double ms)
{
    if (isnan(ms))
        return 0;
    return ms < 0.0005 ? 4 : ms <= 75 ? 3 : ms <= 125 ? 2 : 1;
}

int vq_tiphon_loss(double pct, enum vq_tiphon_loss how)
{
    if (isnan(pct))
        return 0;
    if (how == VQ_TIPHON_BAND)
        return pct < 3 ? 4 : pct < 15 ? 3 : pct < 25 ? 2 : 1;
    return pct <= 0 ? 4 : pct <= 3 ? 3 : pct <= 15 ? 2 : 1;
}

const char *vq_tiphon_name(int index)
{
    return index >= 1 && index <= 4 ? tiphon_names[index] : NULL;
}

const char *vq_tiphon_mean_name(double mean)
{
    for (size_t i = 0; i < sizeof tiphon_means / sizeof *tiphon_means; i++)
        if (mean >= tiphon_means[i].from)
            return tiphon_means[i].name;
    return NULL;
}
