/* rules_registration.c - rules about a registration. */
#include "metrics/rules.h"

RULE(wrong_password, f->outcome == VQ_REG_REJECTED && f->challenged && f->attempts > 1,
     "%s was refused with %u %.40s although credentials were sent%s: most often a wrong password or user name.", f->name,
     f->status, f->reason, f->wrong_credentials ? " for the nonce given" : "")
RULE(no_credentials, f->outcome == VQ_REG_REJECTED && f->challenged && f->attempts <= 1,
     "%s was challenged (%u) and the client never answered with credentials.", f->name, f->status)
RULE(reg_rejected, f->outcome == VQ_REG_REJECTED && !f->challenged, "%s was refused with status %u.", f->name, f->status)
RULE(stale_loop, f->stale > 1, "%s was told %u times that its nonce is stale: it never answers in time, or with the right nonce.",
     f->name, f->stale)
RULE(refused_again, f->outcome == VQ_REG_REJECTED && f->refused_before > 1,
     "%s was refused %u times in a row: the client goes on trying, and servers ban who does.", f->name, f->refused_before + 1)
RULE(too_brief, f->min_expires_s != VQ_NONE, "%s asked for too short a time (423): the registrar wants at least %lld s.", f->name,
     (long long)f->min_expires_s)
/* A tenth less is rounding, or time that has gone by: Asterisk grants 299 of 300 s. */
RULE(shortened, f->outcome != VQ_REG_UNREGISTERED && f->granted_s != VQ_NONE && f->asked_s != VQ_NONE && f->granted_s < f->asked_s * 9 / 10,
     "%s asked for %lld s and was given %lld s: the client must refresh sooner.", f->name, (long long)f->asked_s,
     (long long)f->granted_s)
RULE(reg_storm, f->sendings > 0, "%s: %s was sent %u times, more or faster than RFC 3261's timers allow.", f->name, f->sent, f->sendings)
RULE(reg_silence, f->outcome == VQ_REG_INCOMPLETE && !f->status && f->attempts && f->retransmissions > 2,
     "%s was sent %llu times and never answered; the capture ends before the client gives up.", f->name,
     (unsigned long long)f->retransmissions + f->attempts)
RULE(reg_timeout, f->outcome == VQ_REG_TIMEOUT, "%s was never answered; it was sent again %s.", f->name,
     TIMES(f->retransmissions))
RULE(reg_retransmitted, f->outcome != VQ_REG_TIMEOUT && f->status && f->retransmissions > f->copies, "%s: %llu %s had to be sent again.",
     f->name, COUNTED(f->retransmissions - f->copies, "message", "messages"))

RULE(private_contact, f->hidden[0].inside && (f->outcome == VQ_REG_REGISTERED || f->outcome == VQ_REG_REFRESHED),
     "%s gives %s as Contact, an address inside its NAT (outside it is %s): calls arrive only if the server sends them to where the "
     "REGISTER came from.", f->name, ENDPOINT(f->hidden[0].inside), ENDPOINT(f->hidden[0].outside))

RULE(alg, ALG_CONDITION, ALG_WORDS)

static const struct vq_rule registration[] = {
    ROW("registration-timeout", reg_timeout, REGISTRATION, ERROR, "Is the server running, its address right, and its port open in the firewall?"),
    ROW("registration-no-answer", reg_silence, REGISTRATION, ERROR, "Is the server running, its address right, and its port open in the firewall?"),
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
};
const struct vq_rules vq_rules_registration = {registration, sizeof registration / sizeof *registration};
