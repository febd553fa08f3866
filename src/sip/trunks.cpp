#include "sip/trunks.hpp"

#include <algorithm>

namespace tonearm::sip {

void Trunks::configure(const std::vector<TrunkEntry>& entries) {
  std::vector<Item> before = std::exchange(list_, {});
  for (const TrunkEntry& entry : entries) {
    const auto known = std::ranges::find_if(
        before, [&](const Item& item) { return item.trunk && item.trunk->entry().name == entry.name; });
    Item item;
    if (known == before.end()) {
      item.trunk = std::make_shared<Trunk>(entry);
    } else {
      item = std::move(*known);
      if (item.trunk->configure(entry)) item.tasks.reset();
    }
    if (!item.tasks)
      item.tasks = std::make_unique<TrunkTasks>(loop_, ports_, item.trunk, [this] { publish(); });
    list_.push_back(std::move(item));
  }
  std::erase_if(before, [](const Item& item) { return !item.tasks; });
  left_ = std::move(before);
  for (const Item& item : left_) item.tasks->withdraw([] {});
  publish();
}

void Trunks::withdraw(const std::function<void()>& done) {
  const auto waiting = std::make_shared<std::size_t>(list_.size());
  if (list_.empty()) return done();
  for (const Item& item : list_) {
    item.tasks->withdraw([waiting, done] {
      if (--*waiting == 0) done();
    });
  }
}

bool Trunks::is_ready(std::size_t trunk, std::size_t target) const {
  const auto& health = list_[trunk].trunk->health();
  return target < health.size() && health[target].is_ready(base::SteadyClock::now());
}

void Trunks::publish() const {
  std::vector<TrunkFigures> figures;
  for (const Item& item : list_) {
    const TrunkEntry& entry = item.trunk->entry();
    TrunkFigures one;
    one.trunk = entry.name;
    one.calls = item.trunk->calls();
    if (entry.registers) one.registered = item.tasks->is_registered();
    for (std::size_t i = 0; i < entry.targets.size(); ++i) {
      one.targets.emplace_back(entry.targets[i],
                               item.trunk->health()[i].state() != TargetHealth::State::down);
    }
    figures.push_back(std::move(one));
  }
  metrics_.set_trunks(std::move(figures));
}

}  // namespace tonearm::sip
