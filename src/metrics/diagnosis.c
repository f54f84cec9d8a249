/* diagnosis.c - the rules. Boundaries are published ones: ITU-T G.1010 (loss 3 %), G.114 (150 and 400 ms), G.109 (R 60
 * and 70), and the 1 % and 30 ms that Cisco's voice guides ask of a network (METRICS 5.3). */
#include "metrics/rules.h"

#include <assert.h>
#include <string.h>

/* ---- streams ---- */
/* Under R 60 the score is told with what brought it there, and that becomes an error. */
static bool poor(const struct vq_facts *f)
{
    return f->scored && f->r < 60;
}

static const char *score(const struct vq_facts *f, char text[40])
{
    text[0] = '\0';
    if (f->scored && f->r < 70)
        snprintf(text, 40, " (R %.1f, MOS %.2f)", f->r, f->mos);
    return text;
}
#define SCORE score(f, (char[40]){0})
/* What one outage does not explain: losses beside it are looked at by their share of all packets. */
static bool one_outage(const struct vq_facts *f)
{
    return f->path_change[0] && f->path_mos < 4 && f->path_missing > 0.8 * (double)f->lost;
}
RULE(loss_heavy, f->loss_pct > 3 && !one_outage(f),
     "%s lost %llu %s (%.2f %%): speech breaks up; G.1010 allows 3 %%%s.", f->name,
     COUNTED(f->lost, "packet", "packets"), f->loss_pct, SCORE)
static bool some_loss(const struct vq_facts *f)
{
    return f->loss_pct > 1 && f->loss_pct <= 3 && !one_outage(f);
}
#define LOSS_WORDS "%s lost %llu %s (%.2f %%): more than the 1 %% a voice network should keep%s."
#define LOSS f->name, COUNTED(f->lost, "packet", "packets"), f->loss_pct, SCORE
RULE(loss, some_loss(f) && !poor(f), LOSS_WORDS, LOSS)
RULE(loss_poor, some_loss(f) && poor(f) && f->discard_pct < f->loss_pct, LOSS_WORDS, LOSS)
RULE(loss_beside, some_loss(f) && poor(f) && f->discard_pct >= f->loss_pct, LOSS_WORDS, LOSS)
RULE(loss_light, f->lost && f->loss_pct <= 1, "%s lost %llu %s (%.2f %%): hardly audible.", f->name,
     COUNTED(f->lost, "packet", "packets"), f->loss_pct)
/* 4 ms: this project's own, twice what healthy phones on a busy machine show. */
RULE(jitter_light, f->jitter_mean_ms > 4 && f->jitter_max_ms <= 30,
     "%s has a jitter of %.1f ms on average, which a jitter buffer evens out: hardly audible.", f->name, f->jitter_mean_ms)
RULE(jitter, f->jitter_max_ms > 30, "%s has jitter up to %.1f ms: a small jitter buffer drops what comes too late.", f->name,
     f->jitter_max_ms)
static const char *overtaken(const struct vq_facts *f, char text[64])
{
    text[0] = '\0';
    if (f->reordered)
        snprintf(text, 64, " (%llu packets were overtaken by later ones)", (unsigned long long)f->reordered);
    return text;
}
static bool curable(const struct vq_facts *f)
{
    return f->discard_pct >= 1 && f->enough_ms > f->buffer_ms;
}
static bool hopeless(const struct vq_facts *f)
{
    return f->discard_pct >= 1 && !(f->enough_ms > f->buffer_ms);
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
RULE(gap_network, f->gap_network_ms > 0,
     "%s fell silent for %.0f ms: the network lost %u packets in a row or held them up.", f->name, f->gap_network_ms,
     f->gap_missing)
RULE(gap_stop, f->gap_stop_ms >= 1000, "%s: the sender stopped for %.1f s, though no SIP message put the call on hold.",
     f->name, f->gap_stop_ms / 1000)
RULE(path_change, f->path_change[0] && !(f->path_mos < 4),
     "%s comes another way from frame %llu on (%s), %.0f ms after the packet before it.", f->name,
     (unsigned long long)f->path_frame, f->path_change, f->path_gap_ms)
RULE(path_outage, f->path_change[0] && f->path_mos < 4,
     "%s comes another way from frame %llu on (%s), after %.0f ms without packets: MOS %.2f in the ten seconds around it.",
     f->name, (unsigned long long)f->path_frame, f->path_change, f->path_gap_ms, f->path_mos)
RULE(payload_change, f->payload_changes > 0, "%s changed its codec %u %s.", f->name, f->payload_changes,
     f->payload_changes == 1 ? "time" : "times")
/* Longer packets than 120 ms are those of silence: AMR sends one in 160 ms then. */
RULE(wrong_ptime, f->ptime_ms > 0 && f->ptime_ms <= 120 && f->ptime_declared_ms > 0 && f->ptime_ms > 1.5 * f->ptime_declared_ms,
     "%s has packets of %.0f ms, though the receiver's SDP asks for %.0f ms.", f->name, f->ptime_ms, f->ptime_declared_ms)
RULE(unannounced, f->codec_unannounced, "%s has a payload type that the receiver's SDP does not announce.", f->name)
RULE(delay_heavy, f->one_way_measured && f->one_way_ms > 400, "%s takes about %.0f ms one way: beyond the 400 ms limit of G.114%s.",
     f->name, f->one_way_ms, SCORE)
RULE(delay, f->one_way_measured && f->one_way_ms > 150 && f->one_way_ms <= 400,
     "%s takes about %.0f ms one way: talkers begin to interrupt each other above 150 ms (G.114)%s.", f->name, f->one_way_ms, SCORE)
RULE(quality_poor, f->scored && f->r < 60, "%s scores R %.1f, MOS %.2f: G.109 does not recommend it or calls it poor.", f->name,
     f->r, f->mos)
RULE(quality_low, f->scored && f->r >= 60 && f->r < 70, "%s scores R %.1f, MOS %.2f: many users are dissatisfied (G.109 low).",
     f->name, f->r, f->mos)
RULE(duplicates, f->duplicates > 0,
     "%s has %llu %s that came twice; no loss is hidden by that.", f->name, COUNTED(f->duplicates, "packet", "packets"))
RULE(reordered, f->reordered > 0, "%s has %llu %s that came after a later one.", f->name, COUNTED(f->reordered, "packet", "packets"))
RULE(restart, f->segments > 1, "%s began its numbering anew %llu %s; the jump is not counted as loss.", f->name,
     COUNTED(f->segments - 1, "time", "times"))
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

/* ---- calls ---- */
RULE(no_ack, f->no_ack, "%s: the 200 OK was never acknowledged (no ACK); the callee will hang up after 32 s.", f->name)
RULE(ack_lost, f->ack_lost > 0,
     "%s: the 200 OK came %llu %s again after its ACK had gone by: the ACK is lost on its way to the callee.", f->name,
     COUNTED(f->ack_lost, "time", "times"))
RULE(error_no_ack, f->unacked_status > 0,
     "%s: the %u was sent again until its sender gave up (Timer G and H): the ACK to it never came.", f->name, f->unacked_status)
RULE(storm, f->sendings > 0, "%s: %s was sent %u times, more or faster than RFC 3261's timers allow.", f->name, f->sent, f->sendings)
RULE(auth_loop, f->auth_rounds > 2, "%s was challenged %u times: the credentials are asked for again and again.", f->name,
     f->auth_rounds)
RULE(call_password, f->state == VQ_CALL_REJECTED && f->auth_rounds == 2 && (f->status == 401 || f->status == 407),
     "%s was challenged again (%u) although credentials were sent: most often a wrong password or user name.", f->name, f->status)
RULE(answered_twice, f->answers > 1, "%s was forked and answered by %u phones; the caller keeps one and must hang up on the others.",
     f->name, f->answers)
RULE(orphan_bye, f->only_bye && f->bye_status / 100 != 2,
     "%s is a BYE without a call: no INVITE was seen, and %s.", f->name,
     f->bye_status == 481 ? "the other side knows no such call (481)" : f->bye_status ? "it was refused" : "nobody answered it")
RULE(unknown_bye, !f->only_bye && f->bye_status == 481, "%s: the BYE was answered with 481: the other side had no such call any more.",
     f->name)
RULE(bye_unanswered, f->bye_unanswered && !f->only_bye, "%s: nobody answered the BYE; one side may think that the call goes on.",
     f->name)
RULE(late_bye, f->late_bye_frame != 0, "%s has a BYE after it had ended.", f->name)

/* A transfer that went through, or whose end was not told. */
static const char *transfer_words(const struct vq_facts *f, char text[80])
{
    const struct vq_transfer *t = f->transfer;
    if (f->transfer_to)
        snprintf(text, 80, "; call %u is what came of it", f->transfer_to);
    else if (t->progress)
        snprintf(text, 80, "; it came to %u", t->progress);
    else
        snprintf(text, 80, "; what came of it was not seen");
    return text;
}
RULE(transferred, f->transfer && f->transfer->status < 300 && f->transfer->progress < 300,
     "%s was transferred by the %s to %.60s (%s)%s.", f->name, vq_party_name((enum vq_party)f->transfer->by),
     f->transfer->target ? f->transfer->target : "?", f->transfer->replaces ? "attended" : "blind",
     transfer_words(f, (char[80]){0}))
/* The REFER was refused, or the call that it asked for. */
static unsigned transfer_failure(const struct vq_transfer *t)
{
    return t->status >= 300 ? t->status : t->progress;
}
RULE(transfer_failed, f->transfer && (f->transfer->status >= 300 || f->transfer->progress >= 300),
     "%s: the transfer to %.60s failed with %u.", f->name, f->transfer->target ? f->transfer->target : "?",
     transfer_failure(f->transfer))
RULE(not_followed, f->redirect && !f->redirect->to_call.id, "%s was redirected to %.60s (%u), and nobody was seen to call there.", f->name,
     f->redirect->target ? f->redirect->target : "nowhere", f->redirect->status)
RULE(sip_retransmitted, f->retransmissions > 0, "%s: %llu SIP %s had to be sent again.", f->name,
     COUNTED(f->retransmissions, "message", "messages"))
RULE(sip_defect, f->defect, "%s has a SIP message that breaks the rules: %s.", f->name, f->defect)
RULE(call_unanswered, f->state == VQ_CALL_TIMEOUT, "%s: nobody answered the INVITE at all.", f->name)
RULE(call_408, f->state == VQ_CALL_NO_ANSWER && f->status == 408, "%s ended with 408: a server gave up waiting for %s.", f->name,
     f->rang ? "the callee to answer (Timer C of a proxy)" : "any answer from the next hop (Timer B or F)")
RULE(call_failed, f->state == VQ_CALL_FAILED, "%s failed with status %u: the server could not complete it.", f->name, f->status)
RULE(call_forbidden, f->state == VQ_CALL_REJECTED && f->auth_rounds < 2 && (f->status == 401 || f->status == 403 || f->status == 407),
     "%s was refused with status %u: wrong or missing credentials, or not allowed.", f->name, f->status)
RULE(call_not_found, f->state == VQ_CALL_REJECTED && f->status == 404, "%s: the number called does not exist there (404).",
     f->name)
/* The party whose media address is inside of a NAT; of both the one that is not reached. */
static int hidden_party(const struct vq_facts *f)
{
    return f->hidden[1].inside && (!f->hidden[0].inside || (f->hidden[0].reached && !f->hidden[1].reached));
}
static bool hidden_and(const struct vq_facts *f, bool reached)
{
    const struct vq_hidden_facts *h = &f->hidden[hidden_party(f)];
    return f->answered && f->talk_s >= 1 && h->inside && h->reached == reached;
}
static const char *hidden_name(const struct vq_facts *f)
{
    return hidden_party(f) ? "callee" : "caller";
}
#define HIDDEN(f) hidden_name(f), ENDPOINT((f)->hidden[hidden_party(f)].inside), HOST((f)->hidden[hidden_party(f)].outside)
RULE(private_sdp, hidden_and(f, false),
     "%s: the %s's SDP names %s, an address inside its NAT (outside it is %s): what is sent there from outside gets lost.", f->name,
     HIDDEN(f))
RULE(private_sdp_works, hidden_and(f, true),
     "%s: the %s's SDP names %s, an address inside its NAT (outside it is %s); media reaches it all the same.", f->name, HIDDEN(f))
RULE(alg, f->rewritten, "%s: the same request (same branch) has %s in its Via here and another address elsewhere: something that is no "
     "proxy rewrites SIP on the way (SIP ALG).", f->name, ENDPOINT(f->rewritten))
RULE(mid_dialog, f->mid_dialog, "%s began before the capture did; its setup times are not known.", f->name)

/* ---- registrations ---- */
RULE(wrong_password, f->outcome == VQ_REG_REJECTED && f->challenged && f->attempts > 1,
     "%s was refused with %u %.40s although credentials were sent%s: most often a wrong password or user name.", f->name,
     f->status, f->reason, f->wrong_credentials ? " for the nonce given" : "")
RULE(no_credentials, f->outcome == VQ_REG_REJECTED && f->challenged && f->attempts <= 1,
     "%s was challenged (%u) and the client never answered with credentials.", f->name, f->status)
RULE(reg_rejected, f->outcome == VQ_REG_REJECTED && !f->challenged, "%s was refused with status %u.", f->name, f->status)
RULE(stale_loop, f->stale > 1, "%s was told %u times that its nonce is stale: it never answers in time, or with the right nonce.",
     f->name, f->stale)
RULE(refused_again, f->outcome == VQ_REG_REJECTED && f->refused_before > 1,
     "%s was refused for the %uth time in a row: the client goes on trying, and servers ban who does.", f->name, f->refused_before + 1)
RULE(too_brief, f->min_expires_s != VQ_NONE, "%s asked for too short a time (423): the registrar wants at least %lld s.", f->name,
     (long long)f->min_expires_s)
RULE(shortened, f->outcome != VQ_REG_UNREGISTERED && f->granted_s != VQ_NONE && f->asked_s != VQ_NONE && f->granted_s < f->asked_s,
     "%s asked for %lld s and was given %lld s: the client must refresh sooner.", f->name, (long long)f->asked_s,
     (long long)f->granted_s)
RULE(reg_storm, f->sendings > 0, "%s: %s was sent %u times, more or faster than RFC 3261's timers allow.", f->name, f->sent, f->sendings)
RULE(reg_silence, f->outcome == VQ_REG_INCOMPLETE && !f->status && f->attempts && f->retransmissions > 2,
     "%s was sent %llu times and never answered; the capture ends before the client gives up.", f->name,
     (unsigned long long)f->retransmissions + f->attempts)
RULE(reg_timeout, f->outcome == VQ_REG_TIMEOUT, "%s was never answered; it was sent again %llu %s.", f->name,
     COUNTED(f->retransmissions, "time", "times"))
RULE(reg_retransmitted, f->outcome != VQ_REG_TIMEOUT && f->status && f->retransmissions > 0, "%s: %llu %s had to be sent again.",
     f->name, COUNTED(f->retransmissions, "message", "messages"))

RULE(private_contact, f->hidden[0].inside && (f->outcome == VQ_REG_REGISTERED || f->outcome == VQ_REG_REFRESHED),
     "%s gives %s as Contact, an address inside its NAT (outside it is %s): calls arrive only if the server sends them to where the "
     "REGISTER came from.", f->name, ENDPOINT(f->hidden[0].inside), ENDPOINT(f->hidden[0].outside))

RULE(ssrc_collision, f->ssrc_with > 0, "%s and stream %u use the same SSRC 0x%08X at the same time, from different senders.", f->name,
     f->ssrc_with, f->ssrc)

/* ---- NATs and STUN ---- */
RULE(symmetric, f->nat_symmetric, "The NAT between %s and the outside (%s) gives one port different numbers towards different servers (symmetric "
     "NAT): an address learned by STUN is no good for media.", HOST(f->nat_inside), HOST(f->nat_outside))
RULE(stun_silent, f->stun_silent, "%s asked the STUN server %s %llu %s and got no answer: it does not learn its outer address.",
     HOST(f->stun_client), ENDPOINT(f->stun_server), COUNTED(f->stun_asked, "time", "times"))

/* ---- ICMP errors ---- */
static const char *icmp_words(const struct vq_facts *f)
{
    switch (f->icmp_kind) {
    case VQ_ICMP_PORT_UNREACHABLE:
        return "nobody listens there";
    case VQ_ICMP_PROHIBITED:
        return "a firewall forbids it";
    case VQ_ICMP_TOO_BIG:
        return "packets are too big for the path";
    case VQ_ICMP_TTL_EXCEEDED:
        return "packets run in a circle or too far";
    default:
        return "there is no way to it";
    }
}
/* When the phones hang up their ports close before the last packets arrive: only what happens during the talk counts. */
RULE(icmp_media, f->icmp_while_talking > 0, "%s: %s reports %llu %s while it sent media to %s: %s.", f->name, HOST(f->icmp_reporter),
     COUNTED(f->icmp_while_talking, "time", "times"), ENDPOINT(f->icmp_about), icmp_words(f))
#define ICMP_SIP_WORDS "%s reports %llu %s about SIP sent to %s: %s."
#define ICMP_SIP HOST(f->icmp_reporter), COUNTED(f->icmp_count, "time", "times"), ENDPOINT(f->icmp_about), icmp_words(f)
RULE(icmp_sip, f->icmp_sip && f->icmp_count > 1, ICMP_SIP_WORDS, ICMP_SIP)
/* A phone that is switched off, or a last packet that crossed that. */
RULE(icmp_sip_once, f->icmp_sip && f->icmp_count == 1, ICMP_SIP_WORDS, ICMP_SIP)

/* ---- the capture itself ---- */
RULE(snap, f->snap_cut > 0, "%llu %s cut short by the capture's snap length.", COUNTED(f->snap_cut, "frame", "frames"))
/* Capture engines put frames of several queues together within microseconds: only more than that is worth a word. */
RULE(backwards, f->backwards_ms > 1,
     "Time runs backwards at %llu %s, by %.3f ms at most; they are analysed in the order of the file.",
     COUNTED(f->backwards, "frame", "frames"), f->backwards_ms)
RULE(fragments, f->fragments > 0, "%llu IP %s could not be put together: other parts of their packets are missing.",
     COUNTED(f->fragments, "fragment", "fragments"))
RULE(bad_sip, f->bad_sip > 0, "%llu %s of what looks like SIP, of which no message could be made.", COUNTED(f->bad_sip, "packet", "packets"))
RULE(tcp_gaps, f->tcp_gaps > 0, "%llu %s in TCP connections with SIP: what was sent there is missing from the report.",
     COUNTED(f->tcp_gaps, "gap", "gaps"))
RULE(tls, f->tls > 0 && !f->keylog, "%llu TLS %s could not be read: SIP on port 5061 is encrypted.", COUNTED(f->tls, "connection", "connections"))

/* With keys at hand: why they did not help, unless all there is are other services' connections beside those with SIP. */
static uint64_t tls_wanted(const struct vq_facts *f)
{
    uint64_t n = 0;
    for (unsigned i = VQ_TLS_READABLE + 1; f->keylog && i < VQ_TLS_FAULTS; i++)
        if (i != VQ_TLS_KEY_MISSING || f->tls || !f->tls_decrypted)
            n += f->tls_unread[i];
    return n;
}

static const char *tls_reasons(const struct vq_facts *f, char text[180])
{
    static const char *const words[VQ_TLS_FAULTS] = {
        [VQ_TLS_NO_KEYLOG] = "came before the keys", [VQ_TLS_KEY_MISSING] = "not in the key log",
        [VQ_TLS_NOT_FROM_START] = "began before the capture", [VQ_TLS_SUITE] = "with a cipher not read here",
        [VQ_TLS_HOLE] = "with packets missing", [VQ_TLS_DAMAGED] = "damaged or with a wrong key",
    };
    size_t at = 0;
    text[0] = '\0';
    for (unsigned i = VQ_TLS_READABLE + 1; i < VQ_TLS_FAULTS && at < 180; i++)
        if (f->tls_unread[i])
            at += (size_t)snprintf(text + at, 180 - at, "%s%llu %s", at ? ", " : "", (unsigned long long)f->tls_unread[i],
                                   words[i]);
    if (f->tls_unread[VQ_TLS_SUITE] && at < 180)
        snprintf(text + at, 180 - at, " (0x%04x)", f->tls_suite);
    return text;
}
RULE(tls_keys, tls_wanted(f) > 0, "TLS connections that could not be read in spite of keys: %s.",
     tls_reasons(f, (char[180]){0}))
RULE(clock_steps, f->clock_steps > 0,
     "The capturing machine's clock was set %llu %s, at frame %llu by %+.3f s: streams go on there as if nothing had been. "
     "Times and durations across it are wrong.", COUNTED(f->clock_steps, "time", "times"),
     (unsigned long long)f->clock_step_frame, f->clock_step_ms / 1000)
RULE(no_memory, f->no_memory > 0, "%llu %s not followed up for want of memory.", COUNTED(f->no_memory, "packet", "packets"))
RULE(evicted, f->evicted > 0, "%llu %s (call, stream or flow) let go because a table was full.", COUNTED(f->evicted, "object", "objects"))

static uint64_t frame_of_transfer(const struct vq_facts *f)
{
    return f->transfer->frame;
}

static uint64_t frame_of_redirect(const struct vq_facts *f)
{
    return f->redirect->frame;
}

static uint64_t frame_of_late_bye(const struct vq_facts *f)
{
    return f->late_bye_frame;
}

/* What a low score is the effect of. */
#define WHAT_COSTS \
    "stream-path-outage stream-loss-heavy stream-loss stream-discard stream-discard-heavy stream-delay stream-delay-heavy"

static const struct vq_rule rules[] = {
    ROW("capture-no-memory", no_memory, CAPTURE, ERROR, "Give the machine more memory or lower the --max options."),
    ROW("capture-evicted", evicted, CAPTURE, WARNING, "Raise --max-calls, --max-streams or --max-flows."),
    ROW("capture-snap", snap, CAPTURE, INFO, "Capture with a larger snap length (tcpdump -s 0)."),
    ROW("capture-backwards", backwards, CAPTURE, WARNING, "Sort the file by time (reordercap), or check the capturing machine's clock."),
    ROW("capture-clock-step", clock_steps, CAPTURE, WARNING, "Let NTP slew the capturing machine's clock (chrony without makestep), and do not suspend it."),
    ROW("capture-fragments", fragments, CAPTURE, WARNING, "Does a capture filter (udp port 5060) or a firewall drop the later fragments? Large SIP messages travel in them."),
    ROW("capture-bad-sip", bad_sip, CAPTURE, INFO, "Look at these packets in Wireshark."),
    ROW("capture-tcp-gaps", tcp_gaps, CAPTURE, WARNING, "Did the capture drop packets, or cut them short (tcpdump -s 0)?"),
    ROW("capture-tls", tls, CAPTURE, INFO, "Give the TLS keys of phone or server (--keylog FILE), or capture where SIP is not encrypted."),
    ROW("capture-tls-keys", tls_keys, CAPTURE, WARNING, "Write the key log (SSLKEYLOGFILE) on one end of these connections, and start both before they begin."),

    ROW("registration-timeout", reg_timeout, REGISTRATION, ERROR, "Is the server running, its address right, and UDP port open in the firewall?"),
    ROW("registration-no-answer", reg_silence, REGISTRATION, ERROR, "Is the server running, its address right, and UDP port open in the firewall?"),
    ROW("registration-wrong-password", wrong_password, REGISTRATION, ERROR, "Compare user name and secret in the phone with the PBX extension."),
    ROW("registration-rejected", reg_rejected, REGISTRATION, ERROR, "Does the extension exist on the server, and may it register from there?"),
    ROW("registration-no-credentials", no_credentials, REGISTRATION, WARNING, "Is a password set in the phone?"),
    ROW("registration-alg", alg, REGISTRATION, WARNING, "Turn SIP ALG off in the router."),
    ROW("registration-private-contact", private_contact, REGISTRATION, INFO, "Is NAT support on at the server (rport, received), and does something keep the mapping open (keep-alives)?"),
    ROW("registration-refused-again", refused_again, REGISTRATION, WARNING, "Correct the credentials, then see whether the server has banned the address (fail2ban)."),
    ROW("registration-stale-nonce", stale_loop, REGISTRATION, WARNING, "Is the path slow, or do several servers with nonces of their own answer in turn?"),
    ROW("registration-too-brief", too_brief, REGISTRATION, INFO, "Set the phone's registration interval to what the registrar wants."),
    ROW("registration-shortened", shortened, REGISTRATION, INFO, "Nothing to do unless refreshes come late."),
    ROW("registration-storm", reg_storm, REGISTRATION, WARNING, "Look at the client: it sends faster than SIP's timers."),
    ROW_UNLESS("registration-retransmitted", reg_retransmitted, REGISTRATION, INFO, "Is the path to the server losing packets or slow?",
               "registration-storm"),

    ROW("call-unanswered", call_unanswered, CALL, ERROR, "Is the called host up, and does the INVITE reach it?"),
    ROW("call-408", call_408, CALL, WARNING, "Is the called phone up, and does the INVITE reach it?"),
    ROW("call-failed", call_failed, CALL, ERROR, "Read the server's log at that time."),
    ROW("call-forbidden", call_forbidden, CALL, ERROR, "Check the caller's credentials and permissions on the server."),
    ROW("call-not-found", call_not_found, CALL, WARNING, "Check the number dialled, and that its phone is registered."),
    ROW("call-no-ack", no_ack, CALL, WARNING, "Does the ACK take another way than the INVITE (Record-Route, Contact, NAT)?"),
    ROW("call-ack-lost", ack_lost, CALL, WARNING, "Compare the ACK's destination with the 200's Contact and Record-Route; does NAT or a firewall stop it?"),
    ROW("call-error-no-ack", error_no_ack, CALL, WARNING, "Does the refusal reach the caller? Follow it hop by hop."),
    ROW("call-storm", storm, CALL, WARNING, "Look for a loop, or for a sender that ignores the answers."),
    ROW("call-auth-loop", auth_loop, CALL, ERROR, "Compare user name, realm and secret on both sides."),
    ROW("call-wrong-password", call_password, CALL, ERROR, "Compare user name and secret in the phone with the PBX extension."),
    ROW("call-answered-twice", answered_twice, CALL, WARNING, "See the legs: was each but the winner cleared with BYE?"),
    ROW("call-orphan-bye", orphan_bye, CALL, WARNING, "Was one side restarted, or does a timer end calls that are long over?"),
    ROW("call-bye-unknown", unknown_bye, CALL, INFO, "Did both sides hang up, or did one lose the call?"),
    ROW("call-bye-unanswered", bye_unanswered, CALL, WARNING, "Does the BYE reach the other side (Contact, Record-Route, NAT)?"),
    ROW_AT("call-late-bye", late_bye, CALL, INFO, "See in the ladder who sent it and why.", frame_of_late_bye),
    ROW_AT("call-transfer-failed", transfer_failed, CALL, WARNING, "Read the NOTIFYs of the transfer in the ladder.", frame_of_transfer),
    ROW_AT("call-not-followed", not_followed, CALL, INFO, "May the phone follow redirections, and is the new address in the capture?", frame_of_redirect),
    ROW_AT("call-transferred", transferred, CALL, INFO, "See both calls together.", frame_of_transfer),
    ROW_UNLESS("call-retransmissions", sip_retransmitted, CALL, WARNING, "Is the signalling path losing packets or slow?",
               "call-unanswered call-408 call-no-ack call-ack-lost call-error-no-ack call-storm call-bye-unanswered "
               "call-retransmissions-slow call-orphan-bye"),
    ROW("call-sip-defect", sip_defect, CALL, INFO, "Update or fix the sender of that message."),
    ROW_UNLESS("call-private-sdp", private_sdp, CALL, WARNING, "Let the phone use STUN, ICE or a relay, or switch on the server's NAT support (symmetric RTP).",
               "call-one-way-nat call-no-media"),
    ROW("call-private-sdp-works", private_sdp_works, CALL, INFO, "Nothing to do while the other side, or a relay, answers to where media comes from (symmetric RTP)."),
    ROW("call-alg", alg, CALL, WARNING, "Turn SIP ALG off in the router."),
    ROW("call-mid-dialog", mid_dialog, CALL, INFO, "Start the capture before the call."),

    ROW("stream-astray", astray, STREAM, ERROR, "Let the receiver's phone announce its outer address (STUN, ICE), or relay the media at the server."),
    ROW("stream-path-outage", path_outage, STREAM, ERROR, "An uplink failed over: how fast do routers and phones notice? Compare with their logs."),
    ROW("stream-loss-heavy", loss_heavy, STREAM, ERROR, "Find where it is lost: capture at both ends, check duplex, Wi-Fi and uplink load."),
    ROW("stream-loss", loss_poor, STREAM, ERROR, "Check the link for errors and full queues."),
    ROW("stream-discard", discard_poor, STREAM, ERROR, "Enlarge the receiver's jitter buffer; give voice priority (DSCP EF) on the busiest link."),
    ROW("stream-discard-heavy", discard_hopeless_poor, STREAM, ERROR, "Find the queue or the Wi-Fi that holds packets back this long; no buffer helps."),
    ROW("stream-loss", loss, STREAM, WARNING, "Check the link for errors and full queues."),
    ROW("stream-loss", loss_beside, STREAM, WARNING, "Check the link for errors and full queues."),
    ROW("stream-discard", discard, STREAM, WARNING, "Enlarge the receiver's jitter buffer; give voice priority (DSCP EF) on the busiest link."),
    ROW("stream-discard-heavy", discard_hopeless, STREAM, WARNING, "Find the queue or the Wi-Fi that holds packets back this long; no buffer helps."),
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
    ROW_UNLESS("stream-path-change", path_change, STREAM, INFO, "Load balancing or a router that took over; harmless unless it comes often.",
               "stream-path-outage"),
    ROW("stream-codec-unannounced", unannounced, STREAM, WARNING, "Compare the codecs of offer and answer with what is sent: the receiver may play nothing."),
    ROW("stream-ptime", wrong_ptime, STREAM, INFO, "Some receivers expect the packet time that they asked for; set it in the sender."),
    ROW("stream-payload-change", payload_change, STREAM, INFO, "A re-INVITE, a fax tone or a gateway changes codecs; did both sides agree?"),
    ROW_UNLESS("stream-jitter", jitter, STREAM, WARNING, "Give voice priority (DSCP EF) on the busiest link; enlarge the jitter buffer.",
               "stream-discard stream-discard-heavy"),
    ROW_UNLESS("stream-jitter-light", jitter_light, STREAM, INFO, "Nothing to do unless it grows.",
               "stream-discard stream-discard-heavy"),
    ROW("stream-restart", restart, STREAM, INFO, "A transfer, hold or restart of the sender does this."),
    ROW("stream-stray", stray, STREAM, INFO, "Look for a second sender with the same SSRC."),
    ROW("stream-reordered", reordered, STREAM, INFO, "Do packets take several paths (load balancing)?"),
    ROW("stream-duplicates", duplicates, STREAM, INFO, "Does the mirror port copy both directions, or is there a loop?"),
    ROW("stream-ssrc-collision", ssrc_collision, STREAM, WARNING, "Receivers may mix the two up: one has to choose another SSRC (RFC 3550 8.2). Is it one device's firmware, with a fixed SSRC?"),
    ROW("stream-other-source", other_source, STREAM, INFO, "Does a firewall let media from that address pass? Is a NAT or a second interface between?"),
    ROW("nat-symmetric", symmetric, NAT, WARNING, "Use a relay (TURN, media proxy), or set the router to endpoint-independent mapping."),
    ROW("stun-unanswered", stun_silent, STUN, WARNING, "Is the STUN server's address right, and is UDP to it open in the firewall?"),
    ROW("icmp-media", icmp_media, ICMP, ERROR, "Is that the right media address? Check SDP, NAT and firewall of that side."),
    ROW("icmp-sip", icmp_sip, ICMP, WARNING, "Is the SIP server or phone running there, on that port and protocol?"),
    ROW("icmp-sip", icmp_sip_once, ICMP, INFO, "Is the SIP server or phone running there, on that port and protocol?"),

    ROW("stream-unbound", unbound, STREAM, INFO, "Capture the SIP signalling too, from before the call."),
};

/* All tables in the order of telling, and where a rule is among those of its subject. */
struct place {
    unsigned table, row;
};

static const struct vq_rule *next_of(enum vq_subject subject, struct place *p)
{
    for (; p->table < 2; p->table++, p->row = 0) {
        const struct vq_rule *table = p->table ? rules : vq_rules_media;
        unsigned n = p->table ? (unsigned)(sizeof rules / sizeof *rules) : vq_rules_media_n;
        while (p->row < n)
            if (table[p->row++].subject == subject)
                return &table[p->row - 1];
    }
    return NULL;
}

/* Whether a list of ids, with a space between them, has this one. */
static bool has_id(const char *list, const char *id)
{
    size_t n = strlen(id);
    for (const char *at = list; (at = strstr(at, id)); at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

static bool silenced(const struct vq_rule *r, enum vq_subject subject, uint64_t hold)
{
    struct place at = {0};
    const struct vq_rule *other;
    for (unsigned n = 0; r->silenced_by && (other = next_of(subject, &at)); n++)
        if ((hold >> n & 1) && has_id(r->silenced_by, other->id))
            return true;
    return false;
}

uint64_t vq_diagnose(const struct vq_facts *facts)
{
    struct place at = {0};
    const struct vq_rule *r;
    uint64_t hold = 0, told = 0;
    for (unsigned n = 0; (r = next_of(facts->subject, &at)); n++) {
        assert(n < 64); /* a bit for each rule of a subject */
        if (r->when(facts))
            hold |= UINT64_C(1) << n;
    }
    if (!hold)
        return 0;
    at = (struct place){0};
    for (unsigned n = 0; (r = next_of(facts->subject, &at)); n++)
        if ((hold >> n & 1) && !silenced(r, facts->subject, hold))
            told |= UINT64_C(1) << n;
    return told;
}

uint64_t vq_rules_of_severity(enum vq_subject subject, enum vq_severity severity)
{
    struct place at = {0};
    const struct vq_rule *r;
    uint64_t mask = 0;
    for (unsigned n = 0; (r = next_of(subject, &at)); n++)
        mask |= (uint64_t)(r->severity == severity) << n;
    return mask;
}

void vq_rule_say(unsigned rule, const struct vq_facts *facts, struct vq_finding *f)
{
    struct place at = {0};
    const struct vq_rule *r = next_of(facts->subject, &at);
    while (rule--)
        r = next_of(facts->subject, &at);
    f->id = r->id;
    f->severity = r->severity;
    f->next_check = r->next_check;
    r->say(facts, f->text, sizeof f->text);
    uint64_t frame = r->frame ? r->frame(facts) : 0;
    if (frame) {
        f->frames[0] = frame;
        f->n_frames = 1;
    }
}
