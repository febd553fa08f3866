#include "storage/answer_table.hpp"

#include <algorithm>
#include <span>
#include <string>

namespace tonearm::storage {
namespace {

// A second row of a key: the first request was refused in the end, and its row is about to go.
constexpr const char* kKeep = R"sql(
INSERT OR REPLACE INTO answers(key, call, request, status, location, body, at_ns)
VALUES(?, ?, ?, ?, ?, ?, ?))sql";

constexpr const char* kSelectAnswers = R"sql(
SELECT key, request, status, location, body, at_ns FROM answers
WHERE at_ns > ?1 ORDER BY at_ns DESC LIMIT ?2)sql";

auth::Sha256 hash_from(const std::string& blob) {
  auth::Sha256 hash{};
  std::copy_n(blob.begin(), std::min(blob.size(), hash.size()), hash.begin());
  return hash;
}

/// Columns in the order of `kSelectAnswers`.
call::KeptAnswer read_answer(Columns& row) {
  call::KeptAnswer answer;
  answer.key = hash_from(row.text());
  answer.request = hash_from(row.text());
  answer.status = static_cast<int>(row.integer());
  answer.location = row.text();
  answer.body = row.text();
  answer.at = row.time();
  return answer;
}

}  // namespace

AnswerTable::AnswerTable(Database& database)
    : insert_(database, kKeep),
      withdraw_(database, "DELETE FROM answers WHERE key = ?1 AND call = ?2"),
      purge_(database, "DELETE FROM answers WHERE at_ns < ?1") {}

std::error_code AnswerTable::write(const call::Commit& commit) {
  if (commit.withdrawn) {
    if (const auto failure = withdraw_.run(std::span<const std::uint8_t>(*commit.withdrawn), commit.call))
      return failure;
  }
  if (!commit.answer) return {};
  const call::KeptAnswer& answer = *commit.answer;
  return insert_.run(std::span<const std::uint8_t>(answer.key), commit.call,
                     std::span<const std::uint8_t>(answer.request), answer.status, answer.location,
                     answer.body, answer.at);
}

std::error_code AnswerTable::purge(base::WallTime time) {
  return purge_.run(time);
}

std::vector<call::KeptAnswer> read_answers(Database& database, base::WallTime since, std::size_t most) {
  std::vector<call::KeptAnswer> answers;
  Statement select(database, kSelectAnswers);
  if (const auto failure =
          select.each([&](Columns& row) { answers.push_back(read_answer(row)); }, since, most))
    throw std::system_error(failure);
  std::ranges::reverse(answers);
  return answers;
}

}  // namespace tonearm::storage
