/* rules_call.c - rules about a call: who hears whom and since when, and what its signalling tells.
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
    return (f->hidden[x].inside && !f->hidden[x].reached) == of_nat && (of_nat || !f->hears[x].icmp);
}

RULE(no_media, f->hears[0].phase == VQ_HEARS_NEVER && f->hears[1].phase == VQ_HEARS_NEVER,
     "%s was answered and lasted %s, but not one %s packet of it was seen.", f->name, SPAN(f->talk_s), f->other_media ? "audio" : "RTP")
/* An index for the words; the conditions ask deaf(). */
static unsigned never(const struct vq_facts *f)
{
    return deaf(f, PHASE(NEVER)) == 1;
}
static bool unreachable(const struct vq_facts *f)
{
    const struct vq_hears *h = &f->hears[never(f)];
    return deaf(f, PHASE(NEVER)) >= 0 && !h->on_hold && h->icmp && !never_because(f, true);
}
RULE(one_way_nat, never_because(f, true),
     "%s has audio in one direction only: the %s hears nothing. Its SDP names %s, an address inside its NAT "
     "(outside it is %s): what is sent there gets lost.", f->name, party[never(f)], ENDPOINT(f->hidden[never(f)].inside),
     HOST(f->hidden[never(f)].outside))
RULE(one_way_icmp, unreachable(f),
     "%s has audio in one direction only: the %s hears nothing. %s refuses what is sent to %s: %s.", f->name, party[never(f)],
     HOST(&f->hears[never(f)].icmp->reporter), ENDPOINT(&f->hears[never(f)].icmp->about_dst),
     vq_icmp_words(f->hears[never(f)].icmp->kind))
static uint64_t frame_of_icmp(const struct vq_facts *f)
{
    return f->hears[never(f)].icmp->frames[0];
}
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
#define SINCE f->name, party[stopped(f)], since(f), SPAN(f->hears[stopped(f)].silent_s)
#define SINCE_WORDS "%s: the %s hears nothing any more %s: no packet to it in the last %s of the call."
RULE(one_way_answer, later(f, PHASE(EARLY_MEDIA_ONLY)), SINCE_WORDS, SINCE)
RULE(one_way_resume, later(f, PHASE(NO_MORE_AFTER_HOLD)), SINCE_WORDS, SINCE)
RULE(one_way_offer, later(f, PHASE(NO_MORE_AFTER_OFFER)), SINCE_WORDS, SINCE)
RULE(one_way_later, later(f, PHASE(NO_MORE)), SINCE_WORDS, SINCE)
RULE(media_stopped, (LATER >> f->hears[0].phase & 1) && (LATER >> f->hears[1].phase & 1),
     "%s: no media in either direction in the last %s of the call.", f->name,
     SPAN(f->hears[0].silent_s < f->hears[1].silent_s ? f->hears[0].silent_s : f->hears[1].silent_s))

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
     "%s: the first audio to the %s comes %s after the answer: what was said before is lost (clipped start).", f->name,
     party[waits(f)], SPAN(f->hears[waits(f)].late_ms / 1000))
static uint64_t first_heard(const struct vq_facts *f)
{
    return f->hears[waits(f)].first_frame;
}
RULE(brief, f->answered && f->state == VQ_CALL_COMPLETED && !f->mid_dialog && f->talk_s < SHORT_S,
     "%s lasted %.1f s only: hung up at once after the answer.", f->name, f->talk_s)
RULE(slow_sip, f->retransmissions > f->copies && f->rtt_ms > T1_MS,
     "%s: %llu SIP %s sent again because answers take %.0f ms to come, and SIP waits 500 ms (T1).", f->name,
     COUNTED(f->retransmissions - f->copies, "message was", "messages were"), f->rtt_ms)

/* ---- what its media carries -------------------------------------------------------------------------------------- */

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

/* ---- its signalling ---------------------------------------------------------------------------------------------- */

RULE(no_ack, f->no_ack, "%s: the 200 OK was never acknowledged (no ACK); the callee will hang up after 32 s.", f->name)
RULE(ack_lost, f->ack_lost > 0,
     "%s: the 200 OK came again %s after its ACK had gone by: the ACK is lost on its way to the callee.", f->name,
     TIMES(f->ack_lost))
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
RULE(sip_retransmitted, f->retransmissions > f->copies, "%s: %llu SIP %s had to be sent again.", f->name,
     COUNTED(f->retransmissions - f->copies, "message", "messages"))
RULE(sip_copied, f->copies > 0, "%s: %llu SIP %s twice within 10 ms, which no timer of SIP does: seen twice, not sent twice.",
     f->name, COUNTED(f->copies, "message came", "messages came"))
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
RULE(alg, ALG_CONDITION, ALG_WORDS)
RULE(mid_dialog, f->mid_dialog, "%s began before the capture did; its setup times are not known.", f->name)

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

static const struct vq_rule call[] = {
    ROW("call-no-media", no_media, CALL, ERROR, "Capture where the media passes; compare the SDP addresses with where the phones are."),
    ROW("call-one-way-nat", one_way_nat, CALL, ERROR, "Let the phone use STUN, ICE or a relay, or switch on the server's NAT support (symmetric RTP)."),
    ROW_AT("call-one-way-unreachable", one_way_icmp, CALL, ERROR, "Is that the right media address? Check SDP, NAT and firewall of that side.", frame_of_icmp),
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
    ROW_UNLESS("call-sip-copies", sip_copied, CALL, INFO, "Does the mirror port copy both directions, or a host forward what it got?", "call-storm"),
    ROW("call-sip-defect", sip_defect, CALL, INFO, "Update or fix the sender of that message."),
    ROW_UNLESS("call-private-sdp", private_sdp, CALL, WARNING, "Let the phone use STUN, ICE or a relay, or switch on the server's NAT support (symmetric RTP).",
               "call-one-way-nat call-no-media"),
    ROW("call-private-sdp-works", private_sdp_works, CALL, INFO, "Nothing to do while the other side, or a relay, answers to where media comes from (symmetric RTP)."),
    ROW("call-alg", alg, CALL, WARNING, "Turn SIP ALG off in the router."),
    ROW("call-mid-dialog", mid_dialog, CALL, INFO, "Start the capture before the call."),
};
const struct vq_rules vq_rules_call = {call, sizeof call / sizeof *call};
