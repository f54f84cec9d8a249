/* vqrtcpxr.c - see vqrtcpxr.h. Lines of "Name:KEY=value KEY=value"; a line without a name goes on with the one before
 * (the RFC folds, some phones just break). Keys mean the same under every name but for the addresses. */
#include "proto/vqrtcpxr.h"

#include <math.h>

#include "util/hostport.h"
#include "util/str.h"

/* One row for each figure of RFC 6035 4.6.2; `none` stands for "unavailable" (RFC 3611 4.7), `least` and `most` bound what
 * can be. */
static const struct {
    const char *key;
    enum vq_quality_field field;
    double none, least, most;
} keys[] = {
    {"NLR", VQ_Q_LOSS_PCT, -1, 0, 100},
    {"JDR", VQ_Q_DISCARD_PCT, -1, 0, 100},
    {"BLD", VQ_Q_BURST_DENSITY_PCT, -1, 0, 100},
    {"BD", VQ_Q_BURST_MS, -1, 0, 3.6e6},
    {"GLD", VQ_Q_GAP_DENSITY_PCT, -1, 0, 100},
    {"GD", VQ_Q_GAP_MS, -1, 0, 8.64e7},
    {"GMIN", VQ_Q_GMIN, -1, 1, 255},
    {"IAJ", VQ_Q_JITTER_MS, -1, 0, 65535},
    {"MAJ", VQ_Q_JITTER_MAX_MS, -1, 0, 65535},
    {"RTD", VQ_Q_ROUND_TRIP_MS, 0, 0, 65535},
    {"ESD", VQ_Q_END_SYSTEM_MS, 0, 0, 65535},
    {"SOWD", VQ_Q_ONE_WAY_MS, 0, 0, 65535},
    {"OWD", VQ_Q_ONE_WAY_MS, 0, 0, 65535},
    {"JBN", VQ_Q_BUFFER_NOMINAL_MS, -1, 0, 65535},
    {"JBM", VQ_Q_BUFFER_MAX_MS, -1, 0, 65535},
    {"JBX", VQ_Q_BUFFER_ABS_MAX_MS, 65535, 0, 65535},
    {"SL", VQ_Q_SIGNAL_DBM0, 127, -128, 127},
    {"NL", VQ_Q_NOISE_DBM0, 127, -128, 127},
    {"RERL", VQ_Q_RERL_DB, 127, 0, 127},
    {"RLQ", VQ_Q_R_LQ, 127, 0, 120},
    {"RCQ", VQ_Q_R_CQ, 127, 0, 120},
    {"EXTRI", VQ_Q_EXT_R_IN, 127, 0, 120},
    {"EXTRO", VQ_Q_EXT_R_OUT, 127, 0, 120},
    {"MOSLQ", VQ_Q_MOS_LQ, 12.7, 1, 5},
    {"MOSCQ", VQ_Q_MOS_CQ, 12.7, 1, 5},
};

/* Which part of the report a line is in. */
enum part { PART_SESSION, PART_LOCAL, PART_REMOTE };

struct reading {
    struct vq_vqreport *out;
    enum part part;
    struct vq_slice name;           /* of the line, or of the one that it goes on with */
    struct vq_slice dialog;
    struct vq_quality session;      /* what stands before both: addresses */
};

static struct vq_quality *where(struct reading *r)
{
    return r->part == PART_REMOTE ? &r->out->remote : &r->out->local;
}

/* LocalAddr and RemoteAddr of the reporter; within RemoteMetrics they have changed sides. */
static void address(struct reading *r, struct vq_slice key, struct vq_slice value)
{
    bool local = vq_str_ieq_z(r->name, "LocalAddr");
    struct vq_quality *q = r->part == PART_SESSION ? &r->session : where(r);
    struct vq_endpoint *at = local ? &q->local : &q->remote;
    uint32_t port;
    if (vq_str_ieq_z(key, "IP")) {
        uint16_t kept = at->port;
        if (vq_host_read(value, at))
            at->port = kept;
    } else if (vq_str_ieq_z(key, "PORT") && vq_str_u32(value, &port)) {
        at->port = port <= UINT16_MAX ? (uint16_t)port : 0;
    } else if (vq_str_ieq_z(key, "SSRC")) {
        vq_quality_ssrc_read(value, local ? &q->local_ssrc : &q->remote_ssrc);
    }
}

static void figure(struct reading *r, struct vq_slice key, struct vq_slice value)
{
    double v;
    if (vq_str_ieq_z(key, "PD"))
        where(r)->codec = value;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (!vq_str_ieq_z(key, keys[i].key) || !vq_quality_number(value, &v))
            continue;
        if (v >= keys[i].least && v <= keys[i].most && v != keys[i].none)
            where(r)->v[keys[i].field] = v;
        return;
    }
}

static void items(struct reading *r, struct vq_slice line)
{
    bool addr = vq_str_ieq_z(r->name, "LocalAddr") || vq_str_ieq_z(r->name, "RemoteAddr");
    for (struct vq_slice item = vq_str_word(&line); item.n; item = vq_str_word(&line)) {
        struct vq_slice key = vq_str_cut(&item, '=');
        if (addr)
            address(r, key, item);
        else
            figure(r, key, item);
    }
}

/* "DialogID:38419823470834;to-tag=8472761;from-tag=9123dh311" */
static struct vq_slice first_of(struct vq_slice value)
{
    return vq_str_trim(vq_str_cut(&value, ';'));
}

/* A line that has a name of its own. */
static void named(struct reading *r, struct vq_slice name, struct vq_slice value)
{
    r->name = name;
    if (vq_str_ieq_z(name, "LocalMetrics"))
        r->part = PART_LOCAL;
    else if (vq_str_ieq_z(name, "RemoteMetrics"))
        r->part = PART_REMOTE;
    else if (vq_str_ieq_z(name, "CallID") && !r->out->call_id.n)
        r->out->call_id = value;
    else if (vq_str_ieq_z(name, "DialogID"))
        r->dialog = first_of(value);
    else
        items(r, value);
}

/* "PacketLoss:" or, as one vendor writes it, "CallID=": the name in front of the first ':' or '='. */
static void line_of(struct reading *r, struct vq_slice line)
{
    size_t colon = vq_str_find(line, ':'), equals = vq_str_find(line, '=');
    bool folded = line.n && vq_str_is_blank(line.p[0]);
    struct vq_slice value = line;
    if (!folded && equals < colon && vq_str_istarts(line, "CallID=")) {
        vq_str_cut(&value, '=');
        named(r, vq_slice(line.p, 6), vq_str_trim(value));
    } else if (folded || colon == line.n || equals < colon) {
        items(r, line);
    } else {
        struct vq_slice name = vq_str_trim(vq_str_cut(&value, ':'));
        named(r, name, vq_str_trim(value));
    }
}

static bool begin(struct vq_slice line, enum vq_quality_kind *kind)
{
    static const struct {
        const char *name;
        enum vq_quality_kind kind;
    } rows[] = {{"VQSessionReport", VQ_QUALITY_SESSION},
                {"VQIntervalReport", VQ_QUALITY_INTERVAL},
                {"VQAlertReport", VQ_QUALITY_ALERT}};
    struct vq_slice name = vq_str_trim(vq_str_cut(&line, ':'));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (vq_str_ieq_z(name, rows[i].name)) {
            *kind = rows[i].kind;
            return true;
        }
    return false;
}

/* What the session says of addresses holds for its metrics, seen from the other side for the remote ones. */
static void inherit(const struct vq_quality *s, struct vq_quality *local, struct vq_quality *remote)
{
    if (!local->local.family && !local->remote.family) {
        local->local = s->local;
        local->remote = s->remote;
        local->local_ssrc = s->local_ssrc;
        local->remote_ssrc = s->remote_ssrc;
    }
    if (!remote->local.family && !remote->remote.family) {
        remote->local = local->remote;
        remote->remote = local->local;
        remote->local_ssrc = local->remote_ssrc;
        remote->remote_ssrc = local->local_ssrc;
    }
}

bool vq_vqreport_read(struct vq_slice body, struct vq_vqreport *out)
{
    struct vq_vqreport v = {.kind = VQ_QUALITY_SESSION};
    struct reading r = {.out = &v};
    struct vq_slice line = {0};
    vq_quality_init(&v.local);
    vq_quality_init(&v.remote);
    vq_quality_init(&r.session);
    while (vq_str_line(&body, &line) && !vq_str_trim(line).n)
        ;
    if (!begin(line, &v.kind))
        return false;
    while (vq_str_line(&body, &line))
        if (vq_str_trim(line).n)
            line_of(&r, line);
    if (!v.call_id.n)
        v.call_id = r.dialog;
    inherit(&r.session, &v.local, &v.remote);
    v.has_local = vq_quality_told(&v.local);
    v.has_remote = vq_quality_told(&v.remote);
    if (!v.has_local && !v.has_remote)
        return false;
    *out = v;
    return true;
}
