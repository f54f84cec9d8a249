/* rules_stream.c - rules about an RTP stream: loss, jitter, delay, its course, its keys and marking, what RTCP says of it. */
#include "metrics/rules.h"

/* A second of speech: this project's own. One packet of ten that is lost says nothing about a call. */
#define JUDGED 50
static bool judged(const struct vq_facts *f)
{
    return f->packets + f->lost >= JUDGED;
}
RULE(too_few, !judged(f) && (f->loss_pct > 1 || f->discard_pct >= 1 || (f->scored && f->r < 70)),
     "%s has %llu %s only, too few to judge it by: loss %.1f %%, too late for the jitter buffer %.1f %%.", f->name,
     COUNTED(f->packets, "packet", "packets"), f->loss_pct, f->discard_pct)

/* Under R 60 the score is told with what brought it there, and that becomes an error. */
static bool poor(const struct vq_facts *f)
{
    return f->scored && f->r < 60;
}

static const char *r_and_mos(const struct vq_facts *f, char text[32])
{
    if (f->r < 0) /* how far below means nothing (G.107 ends there) */
        snprintf(text, 32, "R < 0, MOS %.2f", f->mos);
    else
        snprintf(text, 32, "R %.1f, MOS %.2f", f->r, f->mos);
    return text;
}

static const char *score(const struct vq_facts *f, char text[40])
{
    text[0] = '\0';
    if (f->scored && f->r < 70)
        snprintf(text, 40, " (%s)", r_and_mos(f, (char[32]){0}));
    return text;
}
/* Behind the words of a loss. */
static const char *doubt(const struct vq_facts *f, char text[96])
{
    text[0] = '\0';
    if (f->kernel_dropped)
        snprintf(text, 96, " It may be the capture's: the capturing machine dropped %llu %s.", COUNTED(f->kernel_dropped, "packet", "packets"));
    return text;
}
#define DOUBT doubt(f, (char[96]){0})
#define SCORE score(f, (char[40]){0})
/* What one outage does not explain: losses beside it are looked at by their share of all packets. */
static bool one_outage(const struct vq_facts *f)
{
    return f->path_change[0] && f->path_mos < 4 && f->path_missing > 0.8 * (double)f->lost;
}
RULE(loss_heavy, judged(f) && f->loss_pct > 3 && !one_outage(f),
     "%s lost %llu %s (%.2f %%): speech breaks up; G.1010 allows 3 %%%s.%s", f->name,
     COUNTED(f->lost, "packet", "packets"), f->loss_pct, SCORE, DOUBT)
static bool some_loss(const struct vq_facts *f)
{
    return judged(f) && f->loss_pct > 1 && f->loss_pct <= 3 && !one_outage(f);
}
#define LOSS_WORDS "%s lost %llu %s (%.2f %%): more than the 1 %% a voice network should keep%s.%s"
#define LOSS f->name, COUNTED(f->lost, "packet", "packets"), f->loss_pct, SCORE, DOUBT
RULE(loss, some_loss(f) && !poor(f), LOSS_WORDS, LOSS)
RULE(loss_poor, some_loss(f) && poor(f) && f->discard_pct < f->loss_pct, LOSS_WORDS, LOSS)
RULE(loss_beside, some_loss(f) && poor(f) && f->discard_pct >= f->loss_pct, LOSS_WORDS, LOSS)
RULE(loss_light, f->lost && f->loss_pct <= 1, "%s lost %llu %s (%.2f %%): within the 1 %% that a voice network is allowed.", f->name,
     COUNTED(f->lost, "packet", "packets"), f->loss_pct)
/* 4 ms: this project's own, twice what healthy phones on a busy machine show. */
RULE(jitter_light, f->jitter_mean_ms > 4 && f->jitter_max_ms <= 30,
     "%s has a jitter of %.1f ms on average, which a jitter buffer evens out: hardly audible.", f->name, f->jitter_mean_ms)
RULE(jitter, judged(f) && f->jitter_max_ms > 30, "%s has jitter up to %.1f ms: a small jitter buffer drops what comes too late.", f->name,
     f->jitter_max_ms)
static const char *overtaken(const struct vq_facts *f, char text[64])
{
    text[0] = '\0';
    if (f->reordered)
        snprintf(text, 64, " (%llu %s)", COUNTED(f->reordered, "packet was overtaken by a later one", "packets were overtaken by later ones"));
    return text;
}
static bool curable(const struct vq_facts *f)
{
    return judged(f) && f->discard_pct >= 1 && f->enough_ms > f->buffer_ms;
}
static bool hopeless(const struct vq_facts *f)
{
    return judged(f) && f->discard_pct >= 1 && !(f->enough_ms > f->buffer_ms);
}
#define DISCARD_WORDS \
    "%s: %.1f %% of the packets come too late for a %.0f ms jitter buffer%s; one of %.0f ms would have been enough%s."
#define DISCARD f->name, f->discard_pct, f->buffer_ms, overtaken(f, (char[64]){0}), f->enough_ms, SCORE
RULE(discard, curable(f) && !poor(f), DISCARD_WORDS, DISCARD)
RULE(discard_poor, curable(f) && poor(f), DISCARD_WORDS, DISCARD)
#define HOPELESS_WORDS \
    "%s: %.1f %% of the packets come too late for a %.0f ms jitter buffer%s, and 400 ms would not be enough either%s."
#define HOPELESS f->name, f->discard_pct, f->buffer_ms, overtaken(f, (char[64]){0}), SCORE
RULE(discard_hopeless, hopeless(f) && !poor(f), HOPELESS_WORDS, HOPELESS)
RULE(discard_hopeless_poor, hopeless(f) && poor(f), HOPELESS_WORDS, HOPELESS)
RULE(burst_loss, f->burst_r >= 2 && f->lost >= 5 && !one_outage(f),
     "%s loses packets in bursts, up to %u in a row: %.1f times as long as chance makes them.", f->name, f->longest_loss,
     f->burst_r)
static const char *gap_cause(const struct vq_facts *f, char text[64])
{
    if (f->gap_missing > 1)
        snprintf(text, 64, "lost %u packets in a row or held them up", f->gap_missing);
    else
        snprintf(text, 64, f->gap_missing ? "lost a packet and held others up" : "held its packets up");
    return text;
}
RULE(gap_network, f->gap_network_ms > 0, "%s fell silent for %s: the network %s.", f->name, SPAN(f->gap_network_ms / 1000),
     gap_cause(f, (char[64]){0}))
RULE(gap_stop, f->gap_stop_ms >= 1000, "%s: the sender stopped for %s, though no SIP message put the call on hold.",
     f->name, SPAN(f->gap_stop_ms / 1000))
RULE(path_change, f->path_change[0] && !(f->path_mos < 4),
     "%s comes another way from frame %llu on (%s), %s after the packet before it.", f->name,
     (unsigned long long)f->path_frame, f->path_change, SPAN(f->path_gap_ms / 1000))
static const char *missing(const struct vq_facts *f, char text[32])
{
    text[0] = '\0';
    if (f->path_missing)
        snprintf(text, 32, ": %u lost", f->path_missing);
    return text;
}
RULE(path_outage, f->path_change[0] && f->path_mos < 4,
     "%s comes another way from frame %llu on (%s), after %s without packets%s%s.", f->name,
     (unsigned long long)f->path_frame, f->path_change, SPAN(f->path_gap_ms / 1000), missing(f, (char[32]){0}), SCORE)
static uint64_t frame_of_path(const struct vq_facts *f)
{
    return f->path_frame;
}
RULE(payload_change, f->payload_changes > 0, "%s changed its codec %u %s.", f->name, f->payload_changes,
     f->payload_changes == 1 ? "time" : "times")
/* RFC 4566 6: the receiver need not take more. Longer packets than 120 ms are those of silence: AMR sends one in 160 ms then. */
static bool beyond_maxptime(const struct vq_facts *f)
{
    return judged(f) && f->ptime_ms <= 120 && f->ptime_max_ms > 0 && f->ptime_ms > f->ptime_max_ms;
}
RULE(wrong_maxptime, beyond_maxptime(f), "%s has packets of %.0f ms, though the receiver's SDP takes %.0f ms at most (a=maxptime).",
     f->name, f->ptime_ms, f->ptime_max_ms)
/* Longer packets than 120 ms are those of silence: AMR sends one in 160 ms then. */
RULE(wrong_ptime, !beyond_maxptime(f) && f->ptime_ms > 0 && f->ptime_ms <= 120 && f->ptime_declared_ms > 0 && f->ptime_ms > 1.5 * f->ptime_declared_ms,
     "%s has packets of %.0f ms, though the receiver's SDP asks for %.0f ms.", f->name, f->ptime_ms, f->ptime_declared_ms)
RULE(unannounced, f->codec_unannounced, "%s has a payload type that the receiver's SDP does not announce.", f->name)
RULE(delay_heavy, f->one_way_measured && f->one_way_ms > 400, "%s takes about %.0f ms one way: beyond the 400 ms limit of G.114%s.",
     f->name, f->one_way_ms, SCORE)
RULE(delay, f->one_way_measured && f->one_way_ms > 150 && f->one_way_ms <= 400,
     "%s takes about %.0f ms one way: talkers begin to interrupt each other above 150 ms (G.114)%s.", f->name, f->one_way_ms, SCORE)
RULE(quality_poor, judged(f) && poor(f), "%s scores %s: G.109 does not recommend it or calls it poor.", f->name,
     r_and_mos(f, (char[32]){0}))
RULE(quality_low, judged(f) && f->scored && f->r >= 60 && f->r < 70, "%s scores %s: many users are dissatisfied (G.109 low).",
     f->name, r_and_mos(f, (char[32]){0}))
RULE(duplicates, f->duplicates > 0,
     "%s has %llu %s that came twice; no loss is hidden by that.", f->name, COUNTED(f->duplicates, "packet", "packets"))
RULE(reordered, f->reordered > 0, "%s has %llu %s that came after a later one.", f->name, COUNTED(f->reordered, "packet", "packets"))
RULE(restart, f->segments > 1, "%s began its numbering anew %s; the jump is not counted as loss.", f->name,
     TIMES(f->segments - 1))
RULE(stray, f->stray > 0, "%s has %llu %s numbered far outside its sequence; no figure counts them.", f->name,
     COUNTED(f->stray, "packet", "packets"))
RULE(astray, f->hidden[0].inside, "%s is sent to %s, an address inside the receiver's NAT (outside it is %s): from here it cannot "
     "get there.", f->name, ENDPOINT(f->hidden[0].inside), HOST(f->hidden[0].outside))
RULE(other_source, f->announced && f->packets >= 10, "%s comes from %s, although its sender announced %s.", f->name, ENDPOINT(f->source),
     ENDPOINT(f->announced))
RULE(lost_beyond, f->lost_after != VQ_NONE && (double)f->lost_after > 0.01 * (double)f->packets,
     "%s: the receiver reports %lld more packets lost than are missing here. The fault lies behind the capture point.",
     f->name, (long long)f->lost_after)
/* 4 s: two of RTCP's shortest intervals (RFC 3550 6.2), which a report that crossed the first packets does not span. */
RULE(unheard, f->unheard_s >= 4 && f->unheard >= 100,
     "%s: %llu packets passed here in %.1f s while the receiver reported nothing new: it does not hear them.", f->name,
     (unsigned long long)f->unheard, f->unheard_s)
RULE(capture_lossy, f->missed_here > 0 && (double)f->missed_here > 0.01 * (double)f->packets,
     "%s: the receiver has at least %lld packets that are missing here: the capture lost them, not the network.", f->name,
     (long long)f->missed_here)
/* RFC 3550 6.2, 6.3.1: reports come every 5 s, at random from half to one and a half times that. */
RULE(rtcp_absent, f->rtcp_missed_s >= 15, "%s: no RTCP in %.0f s, though SDP spoke of it; only what was measured here is known.",
     f->name, f->rtcp_missed_s)
RULE(unbound, !f->bound, "%s was announced by no SDP in this capture; it belongs to no call that is known.", f->name)

RULE(keys_unended, f->keys_unended > 0,
     "%s: %llu %s pressed without its end being told: the key may be taken as lost, or as held.",
     f->name, COUNTED(f->keys_unended, "key was", "keys were"))
RULE(keys_unwanted, f->keys_unwanted > 0,
     "%s: %llu %s sent as telephone-event, which the receiver's SDP does not offer: they are lost on it.", f->name,
     COUNTED(f->keys_unwanted, "key was", "keys were"))
RULE(dscp_lost, f->dscp_lost_frame != 0,
     "%s lost its marking (DSCP %d) on the way from frame %llu on: routers no longer prefer it.", f->name, f->dscp_was,
     (unsigned long long)f->dscp_lost_frame)
static uint64_t frame_of_dscp(const struct vq_facts *f)
{
    return f->dscp_lost_frame;
}

RULE(ssrc_collision, f->ssrc_with > 0, "%s and stream %u use the same SSRC 0x%08X at the same time, from different senders.", f->name,
     f->ssrc_with, f->ssrc)

/* What a low score is the effect of. */
#define WHAT_COSTS \
    "stream-path-outage stream-loss-heavy stream-loss stream-discard stream-discard-heavy stream-delay stream-delay-heavy"

static const struct vq_rule stream[] = {
    ROW("stream-dtmf-unended", keys_unended, STREAM, WARNING, "Are the last packets of the event (end bit, sent three times) lost? See the loss of this stream."),
    ROW("stream-dtmf-unwanted", keys_unwanted, STREAM, WARNING, "Switch telephone-event on at the receiver, or the sender to SIP INFO or in-band keys."),
    ROW_AT("stream-dscp-lost", dscp_lost, STREAM, WARNING, "Which router or provider on the new way does not trust the marking?", frame_of_dscp),
    ROW("stream-astray", astray, STREAM, ERROR, "Let the receiver's phone announce its outer address (STUN, ICE), or relay the media at the server."),
    ROW_AT("stream-path-outage", path_outage, STREAM, ERROR, "An uplink failed over: how fast do routers and phones notice? Compare with their logs.", frame_of_path),
    ROW("stream-loss-heavy", loss_heavy, STREAM, ERROR, "Find where it is lost: capture at both ends, check duplex, Wi-Fi and uplink load."),
    ROW("stream-loss", loss_poor, STREAM, ERROR, "Check the link for errors and full queues."),
    ROW("stream-discard", discard_poor, STREAM, ERROR, "Enlarge the receiver's jitter buffer; give voice priority (DSCP EF) on the busiest link."),
    ROW("stream-discard-heavy", discard_hopeless_poor, STREAM, ERROR, "Find the queue or the Wi-Fi that holds packets back this long; no buffer helps."),
    ROW("stream-loss", loss, STREAM, WARNING, "Check the link for errors and full queues."),
    ROW("stream-loss", loss_beside, STREAM, WARNING, "Check the link for errors and full queues."),
    ROW("stream-discard", discard, STREAM, WARNING, "Enlarge the receiver's jitter buffer; give voice priority (DSCP EF) on the busiest link."),
    ROW("stream-discard-heavy", discard_hopeless, STREAM, WARNING, "Find the queue or the Wi-Fi that holds packets back this long; no buffer helps."),
    ROW("stream-short", too_few, STREAM, INFO, "Was the call cut off, or the capture? Look at a longer part."),
    ROW("stream-loss-light", loss_light, STREAM, INFO, "Nothing to do unless it grows."),
    ROW("stream-lost-beyond", lost_beyond, STREAM, WARNING, "Capture nearer to the receiver."),
    ROW("stream-unheard", unheard, STREAM, ERROR, "Does a firewall or NAT drop it on the way? Compare SDP's media address with where the receiver is."),
    ROW("stream-capture-lossy", capture_lossy, STREAM, WARNING, "Give the capturing machine a larger buffer, or capture less (snap length, filter)."),
    ROW("stream-rtcp-absent", rtcp_absent, STREAM, INFO, "Does the capture filter leave out the ports beside RTP's? Is RTCP switched off in the phone?"),
    ROW_UNLESS("stream-quality-poor", quality_poor, STREAM, ERROR, "See which of loss, delay and codec costs the points: the emodel part of the report.",
               WHAT_COSTS),
    ROW_UNLESS("stream-quality-low", quality_low, STREAM, WARNING, "See which of loss, delay and codec costs the points: the emodel part of the report.",
               WHAT_COSTS),
    ROW("stream-delay-heavy", delay_heavy, STREAM, ERROR, "Trace the route between the ends; is a satellite or VPN detour in it?"),
    ROW("stream-delay", delay, STREAM, WARNING, "Trace the route between the ends; are queues full?"),
    ROW("stream-loss-bursts", burst_loss, STREAM, WARNING, "Look for what stops the path for moments: a full queue, Wi-Fi roaming, a route change."),
    ROW_UNLESS("stream-gap-network", gap_network, STREAM, WARNING, "What happened on the path at that time: Wi-Fi roaming, a route change, a full queue?",
               "stream-path-outage"),
    ROW("stream-sender-stop", gap_stop, STREAM, INFO, "Mute, silence suppression without comfort noise, or a sender under load?"),
    ROW_FULL("stream-path-change", path_change, STREAM, INFO, "Load balancing or a router that took over; harmless unless it comes often.",
             frame_of_path, "stream-path-outage"),
    ROW("stream-codec-unannounced", unannounced, STREAM, WARNING, "Compare the codecs of offer and answer with what is sent: the receiver may play nothing."),
    ROW("stream-ptime", wrong_maxptime, STREAM, WARNING, "Some receivers expect the packet time that they asked for; set it in the sender."),
    ROW("stream-ptime", wrong_ptime, STREAM, INFO, "Some receivers expect the packet time that they asked for; set it in the sender."),
    ROW("stream-payload-change", payload_change, STREAM, INFO, "A re-INVITE, a fax tone or a gateway changes codecs; did both sides agree?"),
    ROW_UNLESS("stream-jitter", jitter, STREAM, WARNING, "Give voice priority (DSCP EF) on the busiest link; enlarge the jitter buffer.",
               "stream-discard stream-discard-heavy"),
    ROW_UNLESS("stream-jitter-light", jitter_light, STREAM, INFO, "Nothing to do unless it grows.",
               "stream-discard stream-discard-heavy"),
    ROW("stream-restart", restart, STREAM, INFO, "A transfer, hold or restart of the sender does this."),
    ROW("stream-stray", stray, STREAM, INFO, "Look for a second sender with the same SSRC."),
    ROW_UNLESS("stream-reordered", reordered, STREAM, INFO, "Do packets take several paths (load balancing)?",
               "stream-discard stream-discard-heavy"),
    ROW("stream-duplicates", duplicates, STREAM, INFO, "Does the mirror port copy both directions, or is there a loop?"),
    ROW("stream-ssrc-collision", ssrc_collision, STREAM, WARNING, "Receivers may mix the two up: one has to choose another SSRC (RFC 3550 8.2). Is it one device's firmware, with a fixed SSRC?"),
    ROW("stream-other-source", other_source, STREAM, INFO, "Does a firewall let media from that address pass? Is a NAT or a second interface between?"),
    ROW("stream-unbound", unbound, STREAM, INFO, "Capture the SIP signalling too, from before the call."),
};
const struct vq_rules vq_rules_stream = {stream, sizeof stream / sizeof *stream};
