/* rtpstat.c - see rtpstat.h. There is no standard. The keys are those of AVM's X-RTP description, which others took
 * over; "PL=22,33" is what was received and what was sent, as the one who says it counts. */
#include "proto/rtpstat.h"

#include <math.h>

#include "util/hostport.h"
#include "util/str.h"

/* In what unit a jitter is. */
enum unit { UNIT_UNKNOWN, UNIT_MS, UNIT_TICKS };

enum { X = 1, P = 2, RX = 4, TX = 8, SIEMENS = 16 };

static const struct header {
    const char *name;
    unsigned family;
} headers[] = {
    {"X-RTP-Stat", X}, {"X-RTP-Stats", X}, {"P-RTP-Stat", P}, {"P-RTP-Stats", P}, {"RTP-RxStat", RX}, {"RTP-TxStat", TX},
    {"X-Siemens-RTP-stats", SIEMENS}, {"X-Siemens-RTP-stats-list", SIEMENS},
};

/* One row for each figure; `part` counts the values that commas separate. */
static const struct {
    const char *key;
    unsigned families, part;
    enum vq_quality_field field;
} keys[] = {
    {"PS", X | P | SIEMENS, 0, VQ_Q_PACKETS_SENT},
    {"OS", X | P | SIEMENS, 0, VQ_Q_OCTETS_SENT},
    {"PR", X | P | SIEMENS, 0, VQ_Q_PACKETS_RECEIVED},
    {"OR", X | P | SIEMENS, 0, VQ_Q_OCTETS_RECEIVED},
    {"ER", X, 0, VQ_Q_PACKETS_EXPECTED},
    {"PL", X | P | SIEMENS, 0, VQ_Q_LOST},
    {"PL", X, 1, VQ_Q_LOST_BY_PEER},
    {"PD", X | P | SIEMENS, 0, VQ_Q_DISCARDED},
    {"LA", X | P, 0, VQ_Q_LATENCY_MS},
    {"DU", P, 0, VQ_Q_DURATION_S},
    {"CD", X, 0, VQ_Q_DURATION_S},
    {"CS", X, 0, VQ_Q_SETUP_MS},
    {"MOS", X, 0, VQ_Q_MOS_LQ},
    {"PacketLossPct", X, 0, VQ_Q_LOSS_PCT},
    {"Dur", RX | TX, 0, VQ_Q_DURATION_S},
    {"Pkt", RX, 0, VQ_Q_PACKETS_RECEIVED},
    {"Oct", RX, 0, VQ_Q_OCTETS_RECEIVED},
    {"LatePkt", RX, 0, VQ_Q_DISCARDED},
    {"LostPkt", RX, 0, VQ_Q_LOST},
    {"AvgJit", RX, 0, VQ_Q_JITTER_MS},
    {"MLQK", RX, 0, VQ_Q_MOS_LQ},
    {"Pkt", TX, 0, VQ_Q_PACKETS_SENT},
    {"Oct", TX, 0, VQ_Q_OCTETS_SENT},
};

static const struct header *header_of(struct vq_slice name)
{
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (vq_str_ieq_z(name, headers[i].name))
            return &headers[i];
    return NULL;
}

const char *vq_rtpstat_header(struct vq_slice name)
{
    const struct header *h = header_of(name);
    return h ? h->name : NULL;
}

/* What the items say about each other. */
struct reading {
    struct vq_quality *q;
    unsigned family;
    enum unit unit;
    double jitter, clock_hz;
    bool found;
};

static void figure(struct reading *r, struct vq_slice key, struct vq_slice value)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct vq_slice rest = value, part = {0};
        double v;
        if (!(keys[i].families & r->family) || !vq_str_ieq_z(key, keys[i].key))
            continue;
        for (unsigned k = 0; k <= keys[i].part; k++)
            part = vq_str_trim(vq_str_cut(&rest, ','));
        if (vq_quality_number(part, &v)) {
            r->q->v[keys[i].field] = v;
            r->found = true;
        }
    }
}

/* "PCMU/8000" */
static void codec(struct reading *r, struct vq_slice value)
{
    struct vq_slice clock = vq_str_trim(vq_str_cut(&value, ',')), name = vq_str_cut(&clock, '/');
    uint32_t hz;
    r->q->codec = name;
    if (vq_str_u32(clock, &hz))
        r->clock_hz = hz;
}

static void item(struct reading *r, struct vq_slice key, struct vq_slice value)
{
    struct vq_slice first = value;
    first = vq_str_trim(vq_str_cut(&first, ','));
    if (vq_str_ieq_z(key, "DE")) {
        codec(r, value);
    } else if (vq_str_ieq_z(key, "IP")) {
        vq_hostport_read(vq_str_trim(vq_str_cut(&value, ',')), 0, &r->q->local);
        vq_hostport_read(vq_str_trim(value), 0, &r->q->remote);
    } else if (vq_str_ieq_z(key, "EX")) {
        if (vq_str_ieq_z(value, "BareSip"))
            r->unit = UNIT_TICKS; /* its source says so */
    } else if (vq_str_ieq_z(key, "JI") || vq_str_ieq_z(key, "Jitter")) {
        vq_quality_number(first, &r->jitter);
    } else if (vq_str_ieq_z(key, "SRCS") && r->family == SIEMENS) {
        vq_quality_ssrc_read(value, &r->q->local_ssrc);
    } else if (vq_str_ieq_z(key, "SRCR") && r->family == SIEMENS) {
        vq_quality_ssrc_read(value, &r->q->remote_ssrc);
    } else {
        if (vq_str_ieq_z(key, "LA") && r->unit == UNIT_UNKNOWN && r->family == X)
            r->unit = UNIT_MS; /* AudioCodes; its manuals say so */
        figure(r, key, value);
    }
}

/* Most phones separate the items by semicolons and leave the comma to pairs; Cisco and Yate separate by commas. */
static int separator_of(struct vq_slice value, unsigned family)
{
    return family & (X | SIEMENS) && vq_str_find(value, ';') < value.n ? ';' : ',';
}

bool vq_rtpstat_read(struct vq_slice name, struct vq_slice value, struct vq_quality *q, const char **jitter_why)
{
    const struct header *h = header_of(name);
    if (!h)
        return false;
    struct reading r = {.q = q, .family = h->family, .unit = h->family & P ? UNIT_MS : UNIT_UNKNOWN, .jitter = (double)NAN};
    int separator = separator_of(value, h->family);
    while (value.n) {
        struct vq_slice v = vq_str_cut(&value, separator), key;
        /* Cisco phones put a list into one of the values: VQMetrics="MLQK=4.5;MLQKav=4.4;...". */
        while (h->family & (RX | TX) && v.n) {
            struct vq_slice inner = vq_str_cut(&v, ';');
            if (vq_str_istarts(vq_str_trim(inner), "VQMetrics="))
                vq_str_cut(&inner, '=');
            inner = vq_str_trim(inner);
            if (inner.n && inner.p[0] == '"')
                vq_str_cut_at(&inner, 1, 1);
            key = vq_str_trim(vq_str_cut(&inner, '='));
            item(&r, key, vq_str_trim(inner));
        }
        key = vq_str_trim(vq_str_cut(&v, '='));
        item(&r, key, vq_str_trim(v));
    }
    if (isnan(r.jitter))
        return r.found;
    if (r.unit == UNIT_MS)
        q->v[VQ_Q_JITTER_MS] = r.jitter;
    else if (r.unit == UNIT_TICKS && r.clock_hz > 0)
        q->v[VQ_Q_JITTER_MS] = r.jitter * 1000 / r.clock_hz;
    else
        *jitter_why = "the sender's unit of jitter is not known";
    return true;
}
