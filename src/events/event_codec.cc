#include "event_codec.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <variant>

#include "endcap/storage/checksum.h"

namespace endcap {
namespace {

enum Flag : std::uint8_t {
  kUserIsText = 1,
  kItemIsText = 2,
  kHasEventId = 4,
  kHasTime = 8,
  kHasQuantity = 16,
  kHasPrice = 32,
  kHasSession = 64,
  kSessionIsText = 128,
};
constexpr std::size_t kSealSize = sizeof(std::uint32_t);

std::uint32_t seal_of(std::int64_t row, std::string_view bytes) {
  return static_cast<std::uint32_t>(checksum(bytes.data(), bytes.size()) +
                                    checksum(&row, sizeof row));
}

class Encoder {
 public:
  template <class Number>
  void put(Number value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put_text(std::string_view text) {
    std::size_t rest = text.size();
    for (; rest >= 0x80; rest >>= 7) put(static_cast<std::uint8_t>(rest | 0x80));
    put(static_cast<std::uint8_t>(rest));
    bytes_.append(text);
  }
  void put_id(const Id& id) {
    if (const auto* number = std::get_if<std::int64_t>(&id)) return put(*number);
    put_text(std::get<std::string>(id));
  }
  // With room for the seal, so that sealing cannot fail.
  [[nodiscard]] std::string take() && {
    bytes_.reserve(bytes_.size() + kSealSize);
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
};

// Reads what an Encoder wrote. Once it has read past the end, ok() stays false.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  template <class Number>
  Number number() {
    Number value = 0;
    const auto bytes = take(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view text() {
    std::uint64_t size = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const auto byte = number<std::uint8_t>();
      size |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return take(size);
    }
    ok_ = false;
    return {};
  }
  Id id(bool is_text) {
    if (is_text) return std::string(text());
    return number<std::int64_t>();
  }
  std::uint64_t id_hash(bool is_text) {
    const auto bytes = is_text ? text() : take(sizeof(std::int64_t));
    return checksum(bytes.data(), bytes.size());
  }

 private:
  std::string_view take(std::uint64_t size) {
    ok_ = ok_ && size <= rest_.size();
    if (!ok_) return {};
    const auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
  bool ok_ = true;
};

std::uint8_t flags_of(const LoggedEvent& entry) {
  const Event& event = entry.event;
  int flags = 0;
  const auto set = [&flags](Flag flag, bool on) { flags |= on ? flag : 0; };
  set(kUserIsText, std::holds_alternative<std::string>(event.user));
  set(kItemIsText, std::holds_alternative<std::string>(event.item));
  set(kHasEventId, !entry.event_id.empty());
  set(kHasTime, event.time_us.has_value());
  set(kHasQuantity, event.quantity != 1);
  set(kHasPrice, !std::isnan(event.price));
  set(kHasSession, event.session.has_value());
  set(kSessionIsText, event.session && std::holds_alternative<std::string>(*event.session));
  return static_cast<std::uint8_t>(flags);
}

// What a seal encloses; none if it is broken.
std::optional<std::string_view> unsealed(std::int64_t row, std::string_view sealed) {
  if (sealed.size() < kSealSize) return std::nullopt;
  const auto bytes = sealed.substr(0, sealed.size() - kSealSize);
  const std::uint32_t seal = seal_of(row, bytes);
  if (std::memcmp(&seal, bytes.data() + bytes.size(), kSealSize) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string encode_event(const LoggedEvent& entry) {
  const Event& event = entry.event;
  const std::uint8_t flags = flags_of(entry);
  Encoder out;
  out.put_text(event.kind);
  out.put(flags);
  out.put_id(event.user);
  if (flags & kHasEventId) out.put_text(entry.event_id);
  out.put_id(event.item);
  if (flags & kHasTime) out.put(*event.time_us);
  if (flags & kHasQuantity) out.put(event.quantity);
  if (flags & kHasPrice) out.put(event.price);
  if (flags & kHasSession) out.put_id(*event.session);
  return std::move(out).take();
}

void seal_event(std::int64_t row, std::string& bytes) {
  const std::uint32_t seal = seal_of(row, bytes);
  bytes.append(reinterpret_cast<const char*>(&seal), kSealSize);
}

std::optional<LoggedEvent> decode_event(std::int64_t row, std::string_view sealed) {
  const auto bytes = unsealed(row, sealed);
  if (!bytes) return std::nullopt;
  Decoder in(*bytes);
  LoggedEvent entry;
  Event& event = entry.event;
  event.kind = in.text();
  const auto flags = in.number<std::uint8_t>();
  event.user = in.id(flags & kUserIsText);
  if (flags & kHasEventId) entry.event_id = in.text();
  event.item = in.id(flags & kItemIsText);
  if (flags & kHasTime) event.time_us = in.number<std::int64_t>();
  if (flags & kHasQuantity) event.quantity = in.number<float>();
  if (flags & kHasPrice) event.price = in.number<float>();
  if (flags & kHasSession) event.session = in.id(flags & kSessionIsText);
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return entry;
}

std::uint64_t hash_of(const Id& user) {
  if (const auto* number = std::get_if<std::int64_t>(&user)) {
    return checksum(number, sizeof *number);
  }
  const auto& text = std::get<std::string>(user);
  return checksum(text.data(), text.size());
}

EventKeys keys_of(const LoggedEvent& entry) {
  EventKeys keys{.user = hash_of(entry.event.user), .event_id = std::nullopt};
  if (!entry.event_id.empty()) {
    keys.event_id = checksum(entry.event_id.data(), entry.event_id.size());
  }
  return keys;
}

std::optional<EventKeys> keys_of(std::int64_t row, std::string_view sealed) {
  const auto bytes = unsealed(row, sealed);
  if (!bytes) return std::nullopt;
  Decoder in(*bytes);
  (void)in.text();  // the kind
  const auto flags = in.number<std::uint8_t>();
  EventKeys keys{.user = in.id_hash(flags & kUserIsText), .event_id = std::nullopt};
  if (flags & kHasEventId) keys.event_id = in.id_hash(true);
  if (!in.ok()) return std::nullopt;
  return keys;
}

std::string_view event_id_of(std::string_view bytes) {
  Decoder in(bytes);
  (void)in.text();  // the kind
  const auto flags = in.number<std::uint8_t>();
  (void)in.id_hash(flags & kUserIsText);
  return flags & kHasEventId ? in.text() : std::string_view();
}

}  // namespace endcap
