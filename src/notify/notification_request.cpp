#include "notify/notification_request.hpp"

namespace tonearm::notify {

PostRequest make_request(const call::OutboxRow& row, const std::string& token,
                         std::chrono::milliseconds timeout) {
  const std::string message_id = row.message_id.to_string();
  PostRequest request;
  request.url = row.url;
  request.headers = {{"Accept", "application/json"},
                     {"Authorization", "Bearer " + token},
                     {"Content-Type", "application/json; charset=utf-8"},
                     {"X-Microsoft-Skype-Chain-ID", row.chain_id},
                     {"Scenario-Id", row.chain_id},
                     {"X-Microsoft-Skype-Message-ID", message_id},
                     {"Client-Request-Id", message_id}};
  request.body = row.body;
  request.timeout = timeout;
  return request;
}

}  // namespace tonearm::notify
