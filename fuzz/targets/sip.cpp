#include "sip/decode_register.hpp"
#include "sip/mask.hpp"
#include "sip/registrations.hpp"
#include "sip/response_details.hpp"
#include "sip/screening.hpp"
#include "sip/trace.hpp"
#include "support/sip_message.hpp"
#include "support/targets.hpp"

// One message as a listener gets it, all the way to what is answered.

namespace tonearm::fuzz {
namespace {

const call::LocalMedia kOurs{{"198.51.100.1", 20000}, {"198.51.100.1", 20001}};

sip::SessionSetup setup() {
  sip::SessionSetup made;
  made.contact = "<sip:tonearm@198.51.100.1:5060>";
  made.sdp_session = 42;
  return made;
}

void check_refusal(const sip::Refusal& refusal) {
  require(refusal.status >= 400 && refusal.status <= 699, "a refusal is a final response");
  require(are_header_lines(refusal.headers), "a refusal's headers are lines");
}

void check_limits(const sip::Message& message) {
  require(message.call_id.size() <= sip::MessageLimits::kCallId, "a Call-ID is bounded");
  require(message.body.size() <= sip::MessageLimits::kBody, "a body is bounded");
  require(message.record_routes.size() <= sip::MessageLimits::kRoutes, "routes are bounded");
  require(message.diversions.size() <= sip::MessageLimits::kDiversions, "diversions are bounded");
  for (const std::string* text : {&message.call_id, &message.from.text, &message.to.text, &message.reason})
    require(text->find_first_of("\r\n") == std::string::npos, "what is told of a message is on one line");
}

void as_register(const sip_msg& raw, const sip::Message& request) {
  (void)sip::authorizations_in(raw);
  (void)sip::user_agent_in(raw);
  const auto wanted = sip::decode_register(raw, request);
  if (!wanted) return check_refusal(wanted.error());
  sip::Registrations registrations{sip::Registrations::Limits{}};
  const auto now = base::TimePoint(std::chrono::hours(1));
  if (const auto refused = registrations.apply("ada", *wanted, now)) return check_refusal(*refused);
  require(registrations.contacts_of("ada", now).size() <= sip::Registrations::kContactsMax,
          "a user has not more contacts than allowed");
  require(are_header_lines(registrations.contact_headers("ada", now)), "contacts are told in lines");
  for (const auto& contact : registrations.contacts_of("ada", now)) (void)sip::next_hop(contact);
}

void as_invite(const sip::Message& invite) {
  auto session = sip::Session::incoming(setup(), invite, 1);
  if (!session) return;
  check_sent(session->ring());
  check_sent(session->answer(kOurs));
  check_row(session->dialog());
  check_sent(session->hang_up());
}

/// Both are shown to people, whatever came.
void as_text(std::string_view text) {
  const std::string masked = sip::without_numbers(text);
  require(masked.size() == text.size(), "what is masked keeps its length");
  require(sip::without_credentials(text, 4096).size() <= 4096 + 16, "a traced message is bounded");
  (void)sip::call_id_in(text);
}

}  // namespace

void sip(Bytes bytes) {
  as_text(text_of(bytes));
  const RawMessage message = parse_sip(bytes);
  if (!message.raw || sip::has_unsafe_via(*message.raw)) return;
  const auto decoded = sip::decode(*message.raw, 0);
  if (!decoded) return;
  check_limits(*decoded);
  if (!decoded->is_request) {
    (void)sip::details_of(*message.raw, "sip:tonearm@198.51.100.1");
    return;
  }
  if (const auto refused = sip::screen(*decoded)) return check_refusal(*refused);
  if (decoded->method == "REGISTER") as_register(*message.raw, *decoded);
  if (decoded->method == "INVITE") as_invite(*decoded);
}

}  // namespace tonearm::fuzz
