#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "call/ids.hpp"
#include "call/operation.hpp"
#include "call/party.hpp"

// Columns that hold a small value or a list of them as JSON. Reading takes what our writing made; anything
// else reads as empty.

namespace tonearm::storage {

[[nodiscard]] std::string party_to_column(const call::Party& party);
[[nodiscard]] call::Party party_from_column(std::string_view text);

[[nodiscard]] std::string parties_to_column(const std::vector<call::Party>& parties);
[[nodiscard]] std::vector<call::Party> parties_from_column(std::string_view text);

[[nodiscard]] std::string prompts_to_column(const std::vector<call::Prompt>& prompts);
[[nodiscard]] std::vector<call::Prompt> prompts_from_column(std::string_view text);

[[nodiscard]] std::string words_to_column(const std::vector<std::string>& words);
[[nodiscard]] std::vector<std::string> words_from_column(std::string_view text);

[[nodiscard]] std::string operation_ids_to_column(const std::vector<call::OperationId>& ids);
[[nodiscard]] std::vector<call::OperationId> operation_ids_from_column(std::string_view text);

}  // namespace tonearm::storage
