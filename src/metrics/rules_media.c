/* rules_media.c - rules about a call's media: who hears whom and since when, keys, marking, codecs of its legs.
 *
 * Boundaries without a source are this project's own, chosen so that no call of healthy phones comes near them: a start
 * is clipped from 1 s on (a "hello" is lost; phones of the lab need up to 0.3 s), media has stopped after 5 s without a
 * packet (senders that suppress silence aside), a call of less than 3 s was not worth its while. */
#include "metrics/rules.h"

#define CLIPPED_MS 1000
#define SHORT_S 3
/* RFC 3261 17.1.1.1: T1, after which a request over UDP is sent again. */
#define T1_MS 500

/* ---- who hears nothing ------------------------------------------------------------------------------------------- */

static const char *const party[] = {"caller", "callee"};

/* The party that hears nothing at this phase; -1: none, or both. */
static int deaf(const struct vq_facts *f, unsigned phases)
{
    bool a = phases >> f->hears[0].phase & 1, b = phases >> f->hears[1].phase & 1;
    return a == b ? -1 : b;
}

#define PHASE(x) (1u << VQ_HEARS_##x)
#define LATER (PHASE(EARLY_MEDIA_ONLY) | PHASE(NO_MORE_AFTER_HOLD) | PHASE(NO_MORE_AFTER_OFFER) | PHASE(NO_MORE))

static bool never_because(const struct vq_facts *f, bool of_nat)
{
    int x = deaf(f, PHASE(NEVER));
    if (x < 0 || f->hears[x].on_hold)
        return false;
    return (f->hidden[x].inside && !f->hidden[x].reached) == of_nat && (of_nat || !f->hears[x].icmp_reporter);
}

static const char *icmp_words(enum vq_icmp_kind kind)
{
    switch (kind) {
    case VQ_ICMP_PORT_UNREACHABLE:
        return "nobody listens there";
    case VQ_ICMP_PROHIBITED:
        return "a firewall forbids it";
    default:
        return "there is no way to it";
    }
}

RULE(no_media, f->hears[0].phase == VQ_HEARS_NEVER && f->hears[1].phase == VQ_HEARS_NEVER,
     "%s was answered and lasted %.0f s, but not one RTP packet of it was seen.", f->name, f->talk_s)
/* An index for the words; the conditions ask deaf(). */
static unsigned never(const struct vq_facts *f)
{
    return deaf(f, PHASE(NEVER)) == 1;
}
static bool unreachable(const struct vq_facts *f)
{
    const struct vq_hears *h = &f->hears[never(f)];
    return deaf(f, PHASE(NEVER)) >= 0 && !h->on_hold && h->icmp_reporter && !never_because(f, true);
}
RULE(one_way_nat, never_because(f, true),
     "%s has audio in one direction only: the %s hears nothing. Its SDP names %s, an address inside its NAT "
     "(outside it is %s): what is sent there gets lost.", f->name, party[never(f)], ENDPOINT(f->hidden[never(f)].inside),
     HOST(f->hidden[never(f)].outside))
RULE(one_way_icmp, unreachable(f),
     "%s has audio in one direction only: the %s hears nothing. %s reports about the media sent to it: %s.", f->name,
     party[never(f)], HOST(f->hears[never(f)].icmp_reporter), icmp_words(f->hears[never(f)].icmp_kind))
RULE(one_way_hold, deaf(f, PHASE(NEVER)) >= 0 && f->hears[never(f)].on_hold,
     "%s has audio in one direction only, as its SDP wants it: the %s never asked for any (sendonly or inactive).", f->name,
     party[never(f)])
RULE(one_way, never_because(f, false) && !unreachable(f),
     "%s has audio in one direction only: the %s hears nothing. No packet to it came by here.", f->name, party[never(f)])

/* Likewise. */
static unsigned stopped(const struct vq_facts *f)
{
    return deaf(f, LATER) == 1;
}

static const char *since(const struct vq_facts *f)
{
    static const char *const words[] = {
        [VQ_HEARS_EARLY_MEDIA_ONLY] = "from the answer on",
        [VQ_HEARS_NO_MORE_AFTER_HOLD] = "after the hold, though the call was resumed",
        [VQ_HEARS_NO_MORE_AFTER_OFFER] = "since the re-INVITE", [VQ_HEARS_NO_MORE] = "in the middle of the call",
    };
    return words[f->hears[stopped(f)].phase];
}

static bool later(const struct vq_facts *f, unsigned phases)
{
    return deaf(f, LATER) >= 0 && phases >> f->hears[stopped(f)].phase & 1;
}
#define SINCE f->name, party[stopped(f)], since(f), f->hears[stopped(f)].silent_s
#define SINCE_WORDS "%s: the %s hears nothing any more %s: no packet to it in the last %.0f s of the call."
RULE(one_way_answer, later(f, PHASE(EARLY_MEDIA_ONLY)), SINCE_WORDS, SINCE)
RULE(one_way_resume, later(f, PHASE(NO_MORE_AFTER_HOLD)), SINCE_WORDS, SINCE)
RULE(one_way_offer, later(f, PHASE(NO_MORE_AFTER_OFFER)), SINCE_WORDS, SINCE)
RULE(one_way_later, later(f, PHASE(NO_MORE)), SINCE_WORDS, SINCE)
RULE(media_stopped, (LATER >> f->hears[0].phase & 1) && (LATER >> f->hears[1].phase & 1),
     "%s: no media in either direction in the last %.0f s of the call.", f->name,
     f->hears[0].silent_s < f->hears[1].silent_s ? f->hears[0].silent_s : f->hears[1].silent_s)

static uint64_t last_heard(const struct vq_facts *f)
{
    return f->hears[stopped(f)].last_frame;
}

/* ---- its beginning and its end ----------------------------------------------------------------------------------- */

/* Who waits longer for the first packet after the answer. */
static int waits(const struct vq_facts *f)
{
    return f->hears[1].late_ms > f->hears[0].late_ms;
}
RULE(clipped, f->hears[waits(f)].late_ms > CLIPPED_MS,
     "%s: the first audio to the %s comes %.1f s after the answer: what was said before is lost (clipped start).", f->name,
     party[waits(f)], f->hears[waits(f)].late_ms / 1000)
static uint64_t first_heard(const struct vq_facts *f)
{
    return f->hears[waits(f)].first_frame;
}
RULE(brief, f->answered && f->state == VQ_CALL_COMPLETED && !f->mid_dialog && f->talk_s < SHORT_S,
     "%s lasted %.1f s only: hung up at once after the answer.", f->name, f->talk_s)
RULE(slow_sip, f->retransmissions > 0 && f->rtt_ms > T1_MS,
     "%s: %llu SIP %s sent again because answers take %.0f ms to come, and SIP waits 500 ms (T1).", f->name,
     COUNTED(f->retransmissions, "message was", "messages were"), f->rtt_ms)

/* ---- what it carries --------------------------------------------------------------------------------------------- */

RULE(transcoded, f->codec_before && f->codec_here,
     "%s: %.32s here, %.32s on the leg before: the server transcodes, which costs quality and delay.", f->name, f->codec_here,
     f->codec_before)
RULE(echoed, f->echo_frame != 0,
     "%s: what the one side sends comes back to it (same SSRC and numbers in both directions): an echo service, or a loop.",
     f->name)
static uint64_t frame_of_echo(const struct vq_facts *f)
{
    return f->echo_frame;
}
RULE(dscp_one_way, f->dscp[0] >= 0 && f->dscp[1] >= 0 && !f->dscp[0] != !f->dscp[1],
     "%s: media to the %s is marked for priority (DSCP %d), that to the %s is not (0): one phone does not mark, or the way "
     "takes it off.", f->name, party[!f->dscp[0]], f->dscp[!f->dscp[0]], party[f->dscp[0] != 0])
RULE(keys_by_info, f->keys_by_info > 0 && f->keys_agreed,
     "%s: both sides can do telephone-event (RFC 4733), but %llu %s sent by SIP INFO.", f->name,
     COUNTED(f->keys_by_info, "key was", "keys were"))

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

/* ---- what concerns all of it ------------------------------------------------------------------------------------- */

RULE(holes, f->holes > 0,
     "%llu times all streams (up to %u) have a hole at the same moment: the capture lost packets there, or all of them share "
     "a link that failed.", (unsigned long long)f->holes, f->hole_streams)
static uint64_t frame_of_hole(const struct vq_facts *f)
{
    return f->hole_frame;
}

RULE(peer_silent, f->peer_asked > 1 && !f->peer_answered,
     "%s was asked %llu times by OPTIONS whether it lives, and never answered.",
     HOST(f->peer), (unsigned long long)f->peer_asked)
RULE(peer_gaps, f->peer_answered && f->peer_asked > f->peer_answered,
     "%s left %llu of %llu OPTIONS without an answer.", HOST(f->peer),
     (unsigned long long)(f->peer_asked - f->peer_answered), (unsigned long long)f->peer_asked)

const struct vq_rule vq_rules_media[] = {
    ROW_AT("capture-holes", holes, CAPTURE, WARNING, "Did the capturing machine drop packets (its counter of kernel drops)? If not, look at the link that all calls share.", frame_of_hole),

    ROW("call-no-media", no_media, CALL, ERROR, "Capture where the media passes; compare the SDP addresses with where the phones are."),
    ROW("call-one-way-nat", one_way_nat, CALL, ERROR, "Let the phone use STUN, ICE or a relay, or switch on the server's NAT support (symmetric RTP)."),
    ROW("call-one-way-unreachable", one_way_icmp, CALL, ERROR, "Is that the right media address? Check SDP, NAT and firewall of that side."),
    ROW("call-one-way", one_way, CALL, ERROR, "Does the other side send at all? If so: is the SDP address of the silent side reachable, does a firewall let UDP to it pass?"),
    ROW("call-one-way-hold", one_way_hold, CALL, INFO, "Music on hold and paging do this; otherwise check why that side asks for no media."),
    ROW_AT("call-one-way-answer", one_way_answer, CALL, ERROR, "Compare the SDP of the 183 with that of the 200: do address and port change, and may media reach the new one?", last_heard),
    ROW_AT("call-one-way-resume", one_way_resume, CALL, ERROR, "Compare the SDP of hold and resume: is the direction sendrecv again, and the address right?", last_heard),
    ROW_AT("call-one-way-reinvite", one_way_offer, CALL, ERROR, "Compare the SDP before and after the re-INVITE: do address, port and direction change?", last_heard),
    ROW_AT("call-one-way-later", one_way_later, CALL, ERROR, "Did the sender stop, or does a NAT or firewall forget the connection? Capture nearer to the sender.", last_heard),
    ROW_AT("call-media-stopped", media_stopped, CALL, WARNING, "Did the BYE get lost, or the network fail? See the last packets and what SIP said then.", last_heard),
    ROW_AT("call-clipped-start", clipped, CALL, WARNING, "Who sends late: the phone (ICE, codec start-up), or a relay that waits for the other side?", first_heard),
    ROW("call-retransmissions-slow", slow_sip, CALL, INFO, "The delay is what to look at; SIP copes with it."),
    ROW_AT("call-echo", echoed, CALL, WARNING, "Was it a test call to an echo service? If not, look for a loop in the routing of media.", frame_of_echo),
    ROW("call-transcoded", transcoded, CALL, INFO, "Can both legs agree on one codec? See the order of codecs in the server's settings."),
    ROW("call-dscp-one-way", dscp_one_way, CALL, INFO, "Set DSCP EF (46) in the phone; does a router or switch on the way set it to 0?"),
    ROW("call-dtmf-info", keys_by_info, CALL, INFO, "Does the other side understand keys by INFO? RFC 4733 is what both agreed on."),
    ROW("call-short", brief, CALL, INFO, "Wrong number, an answering machine, or no audio? See the other findings."),

    ROW("stream-dtmf-unended", keys_unended, STREAM, WARNING, "Are the last packets of the event (end bit, sent three times) lost? See the loss of this stream."),
    ROW("stream-dtmf-unwanted", keys_unwanted, STREAM, WARNING, "Switch telephone-event on at the receiver, or the sender to SIP INFO or in-band keys."),
    ROW_AT("stream-dscp-lost", dscp_lost, STREAM, WARNING, "Which router or provider on the new way does not trust the marking?", frame_of_dscp),

    ROW("peer-silent", peer_silent, PEER, ERROR, "Is that gateway up, its address right, and SIP to it open in the firewall?"),
    ROW("peer-gaps", peer_gaps, PEER, WARNING, "Is the way to that gateway losing packets, or was it down for a while?"),
};
const unsigned vq_rules_media_n = sizeof vq_rules_media / sizeof *vq_rules_media;
