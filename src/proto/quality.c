/* quality.c - see quality.h. */
#include "proto/quality.h"

#include <math.h>

#include "util/str.h"

/* One row for each figure. The words of those that a person looks for first. */
static const struct {
    const char *name, *words;
} fields[VQ_QUALITY_FIELDS] = {
    [VQ_Q_PACKETS_SENT] = {"packets_sent", NULL},
    [VQ_Q_OCTETS_SENT] = {"octets_sent", NULL},
    [VQ_Q_PACKETS_RECEIVED] = {"packets_received", NULL},
    [VQ_Q_OCTETS_RECEIVED] = {"octets_received", NULL},
    [VQ_Q_PACKETS_EXPECTED] = {"packets_expected", NULL},
    [VQ_Q_LOST] = {"lost", "lost"},
    [VQ_Q_LOST_BY_PEER] = {"lost_by_peer", NULL},
    [VQ_Q_DISCARDED] = {"discarded", "discarded"},
    [VQ_Q_LOSS_PCT] = {"loss_pct", "loss %"},
    [VQ_Q_DISCARD_PCT] = {"discard_pct", "discarded %"},
    [VQ_Q_BURST_DENSITY_PCT] = {"burst_density_pct", NULL},
    [VQ_Q_BURST_MS] = {"burst_ms", NULL},
    [VQ_Q_GAP_DENSITY_PCT] = {"gap_density_pct", NULL},
    [VQ_Q_GAP_MS] = {"gap_ms", NULL},
    [VQ_Q_GMIN] = {"gmin", NULL},
    [VQ_Q_JITTER_MS] = {"jitter_ms", "jitter ms"},
    [VQ_Q_JITTER_MAX_MS] = {"jitter_max_ms", NULL},
    [VQ_Q_LATENCY_MS] = {"latency_ms", NULL},
    [VQ_Q_ROUND_TRIP_MS] = {"round_trip_ms", "round trip ms"},
    [VQ_Q_END_SYSTEM_MS] = {"end_system_ms", NULL},
    [VQ_Q_ONE_WAY_MS] = {"one_way_ms", NULL},
    [VQ_Q_BUFFER_NOMINAL_MS] = {"buffer_nominal_ms", NULL},
    [VQ_Q_BUFFER_MAX_MS] = {"buffer_max_ms", NULL},
    [VQ_Q_BUFFER_ABS_MAX_MS] = {"buffer_abs_max_ms", NULL},
    [VQ_Q_SIGNAL_DBM0] = {"signal_dbm0", NULL},
    [VQ_Q_NOISE_DBM0] = {"noise_dbm0", NULL},
    [VQ_Q_RERL_DB] = {"rerl_db", NULL},
    [VQ_Q_R_LQ] = {"r_lq", "R-LQ"},
    [VQ_Q_R_CQ] = {"r_cq", "R-CQ"},
    [VQ_Q_EXT_R_IN] = {"ext_r_in", NULL},
    [VQ_Q_EXT_R_OUT] = {"ext_r_out", NULL},
    [VQ_Q_MOS_LQ] = {"mos_lq", "MOS-LQ"},
    [VQ_Q_MOS_CQ] = {"mos_cq", "MOS-CQ"},
    [VQ_Q_DURATION_S] = {"duration_s", NULL},
    [VQ_Q_SETUP_MS] = {"setup_ms", NULL},
};

const char *vq_quality_field_name(enum vq_quality_field f)
{
    return fields[f].name;
}

const char *vq_quality_field_words(enum vq_quality_field f)
{
    return fields[f].words;
}

void vq_quality_init(struct vq_quality *q)
{
    *q = (struct vq_quality){.v = {0}};
    for (int i = 0; i < VQ_QUALITY_FIELDS; i++)
        q->v[i] = (double)NAN;
}

bool vq_quality_told(const struct vq_quality *q)
{
    for (int i = 0; i < VQ_QUALITY_FIELDS; i++)
        if (!isnan(q->v[i]))
            return true;
    return false;
}

static bool digits(struct vq_slice s, unsigned base, uint32_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        int c = vq_str_lower(s.p[i]);
        unsigned d = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
        if (d >= base)
            return false;
        v = v * base + d;
        if (v > UINT32_MAX)
            return false;
    }
    *out = (uint32_t)v;
    return s.n > 0;
}

void vq_quality_ssrc_read(struct vq_slice text, struct vq_quality_ssrc *out)
{
    struct vq_quality_ssrc s = {.given = false};
    bool hex = vq_str_istarts(text, "0x");
    if (hex)
        vq_str_cut_at(&text, 2, 2);
    bool is_hex = digits(text, 16, &s.hex), is_dec = !hex && digits(text, 10, &s.dec);
    if (is_hex && !is_dec)
        s.dec = s.hex;
    if (is_dec && !is_hex)
        s.hex = s.dec;
    s.given = (is_hex || is_dec) && (s.hex || s.dec); /* 0 stands for "unknown" */
    if (s.given)
        *out = s;
}

bool vq_quality_number(struct vq_slice text, double *out)
{
    double sign = 1, v;
    if (text.n && (text.p[0] == '-' || text.p[0] == '+')) {
        sign = text.p[0] == '-' ? -1 : 1;
        vq_str_cut_at(&text, 1, 1);
    }
    if (!vq_str_double(text, &v))
        return false;
    *out = sign * v;
    return true;
}
