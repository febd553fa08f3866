#include "graph/read_body.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include "graph/errc.hpp"
#include "graph/parse_json.hpp"
#include "graph/text.hpp"

namespace tonearm::graph {

base::Result<boost::json::value> read_body(std::string_view body, const ReadOptions& options) {
  if (body.size() > options.body_max) {
    return base::fail(Errc::body_too_large,
                      fmt::format("The body may have {} bytes at most.", options.body_max));
  }
  if (trimmed(body).empty()) return boost::json::object{};
  auto value = parse_json(body);
  if (value && value->is_null()) return boost::json::object{};
  return value;
}

}  // namespace tonearm::graph
