/* clark.c - see clark.h. */
#include "metrics/clark.h"

#include <math.h>

/* Time constants in seconds: into a burst, out of it, and how fast its memory fades; and how much of it stays at first. */
#define T1 5.
#define T2 15.
#define T3 30.
#define RECENCY 0.7

/* G.107 7.5 at random loss: inside a burst or a gap there is no further structure. */
static double ie_eff(const struct vq_clark_in *in, double ppl)
{
    return in->ie + (95 - in->ie) * ppl / (ppl + in->bpl);
}

void vq_clark(const struct vq_clark_in *in, struct vq_clark_out *out)
{
    const double b = in->burst_s, g = in->gap_s, none = (double)NAN;
    const double ieb = ie_eff(in, in->burst_ppl), ieg = ie_eff(in, in->gap_ppl);
    *out = (struct vq_clark_out){.ie_burst = b > 0 ? ieb : none, .ie_gap = g > 0 ? ieg : none};
    if (!(b > 0)) {
        out->ie_av = out->ie_end = ieg;
        return;
    }
    const double fade_b = exp(-b / T1), fade_g = exp(-g / T2);
    /* I1: perceived at the end of a burst, I2: at the end of a gap, when the two have alternated for long. */
    const double i2 = (ieg * (1 - fade_g) + ieb * (1 - fade_b) * fade_g) / (1 - fade_b * fade_g);
    const double i1 = ieb - (ieb - i2) * fade_b;
    out->ie_av = (b * ieb + g * ieg - T1 * (ieb - i2) * (1 - fade_b) + T2 * (i1 - ieg) * (1 - fade_g)) / (b + g);
    out->ie_end = out->ie_av + RECENCY * (i1 - out->ie_av) * exp(-in->since_s / T3);
}
