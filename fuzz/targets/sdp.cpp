#include "sip/sdp.hpp"

#include <charconv>
#include <set>

#include "sip/address.hpp"
#include "sip/negotiate.hpp"
#include "support/targets.hpp"

// A description of the far end: as an offer that is answered, and as an answer to ours.

namespace tonearm::fuzz {
namespace {

const call::LocalMedia kOurMedia{{"198.51.100.1", 20000}, {"198.51.100.1", 20001}};

std::string written(sip::Sdp description) {
  description.origin = {"tonearm", "42", 1, "198.51.100.1"};
  return to_string(description);
}

void check_agreement(const sip::Agreement& agreement, const sip::Sdp& theirs) {
  const call::MediaDescription& media = agreement.media;
  require(agreement.stream < theirs.media.size(), "an agreement is about one of the streams");
  const sip::SdpMedia& stream = theirs.media[agreement.stream];
  require(stream.port != 0, "a stream that is off is not agreed on");
  require(stream.type == "audio", "only audio is agreed on");
  require(media.remote_rtp.address.empty() || sip::is_address_literal(media.remote_rtp.address),
          "packets are sent to addresses, names are resolved first");
  require(media.send_payload_type < 128 && media.receive_payload_type < 128, "payload types have 7 bits");
}

/// As payload types are read: "08" is 8.
int number_in(std::string_view format) {
  int number = -1;
  std::from_chars(format.data(), format.data() + format.size(), number);
  return number;
}

/// RFC 3264 §6: as many streams, in the same order, of the same kind.
void check_answer(const sip::Sdp& answer, const sip::Sdp& offer, const sip::Agreement& agreement) {
  require(answer.media.size() == offer.media.size(), "every m-line is answered");
  for (std::size_t i = 0; i < answer.media.size(); ++i) {
    require(answer.media[i].type == offer.media[i].type, "an answer keeps the kind of each stream");
    require((answer.media[i].port != 0) == (i == agreement.stream),
            "one stream is on, the others are refused");
  }
  std::set<int> offered;
  for (const std::string& format : offer.media[agreement.stream].formats) offered.insert(number_in(format));
  for (const std::string& format : answer.media[agreement.stream].formats)
    require(offered.contains(number_in(format)), "an answer has no format that was not offered");
}

void as_offer(const sip::Sdp& offer) {
  const sip::Capabilities ours;
  const auto agreement = negotiate(ours, offer);
  if (!agreement) return;
  check_agreement(*agreement, offer);
  const sip::Sdp answer = make_answer(*agreement, offer, kOurMedia);
  check_answer(answer, offer, *agreement);
  const std::string text = written(answer);
  const auto read = sip::parse_sdp(text);
  require(read.has_value(), "our answer can be parsed");
  require(to_string(*read) == text, "our answer is read as it was meant");
  const auto again = negotiate(ours, offer);
  require(again && written(make_answer(*again, offer, kOurMedia)) == text,
          "the same offer has the same answer");
  (void)reapply_answer(ours, *agreement, offer);
}

void as_answer(const sip::Sdp& answer) {
  const sip::Capabilities ours;
  const sip::Sdp offer = make_offer(ours, kOurMedia);
  if (const auto agreement = apply_answer(ours, offer, answer)) check_agreement(*agreement, answer);
}

}  // namespace

void sdp(Bytes bytes) {
  const auto description = sip::parse_sdp(text_of(bytes));
  if (!description) return;
  require(description->media.size() <= sip::SdpLimits::kMedia, "there are no more streams than allowed");
  as_offer(*description);
  as_answer(*description);
}

}  // namespace tonearm::fuzz
