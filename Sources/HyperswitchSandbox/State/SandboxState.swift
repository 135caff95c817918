import Rewind

/// Everything a sandbox knows, as one value: a copy is a snapshot.
///
/// It is a state machine without I/O, clock or chance: requests and test controls go in, answers come out. Ids come from
/// counters and digests, time from a clock that only controls move. So the same requests lead to equal states.
///
/// Times of change are those of the clock, and at least a millisecond after the object's own last change: the events of one
/// object are ordered even while the clock stands still.
public struct SandboxState: Sendable, Equatable {
    /// Who may call, and how webhooks are signed. Not part of any row, so that no report shows it.
    public let credentials: SandboxCredentials
    public internal(set) var payments = SandboxTable<SandboxPayment>()
    public internal(set) var captures = SandboxTable<SandboxCapture>()
    public internal(set) var refunds = SandboxTable<SandboxRefund>()
    public internal(set) var payouts = SandboxTable<SandboxPayout>()
    public internal(set) var disputes = SandboxTable<SandboxDispute>()
    public internal(set) var events = SandboxTable<SandboxEvent>()
    public internal(set) var deliveries = SandboxTable<SandboxDelivery>()
    public internal(set) var idempotencyRecords = SandboxTable<SandboxIdempotencyRecord>()
    public internal(set) var faults = SandboxTable<SandboxFault>()
    var switches = SandboxTable<SandboxSettings>()
    var clock = SandboxTable<SandboxClock>()
    var counters = SandboxTable<SandboxCounter>()

    /// A provider nobody has called yet.
    public init(
        credentials: SandboxCredentials = SandboxCredentials(), settings: SandboxSettings = SandboxSettings(),
        now: SandboxInstant = .start
    ) {
        self.credentials = credentials
        switches.put(settings)
        var clock = SandboxClock()
        clock.now = now
        self.clock.put(clock)
    }

    /// The switches.
    public var settings: SandboxSettings {
        get { switches["settings"] ?? SandboxSettings() }
        set { switches.put(newValue) }
    }

    /// Where the virtual clock stands.
    public internal(set) var now: SandboxInstant {
        get { clock["clock"]?.now ?? .start }
        set {
            var moved = SandboxClock()
            moved.now = newValue
            clock.put(moved)
        }
    }

    /// The next number of its kind, from 1.
    mutating func nextNumber(_ kind: String) -> Int64 {
        var counter = counters[kind] ?? SandboxCounter(id: kind)
        counter.last += 1
        counters.put(counter)
        return counter.last
    }

    /// An id for something that the merchant gave none: a prefix and 20 characters, as the router makes them.
    mutating func newID(_ prefix: String) -> String {
        "\(prefix)_" + SandboxIDs.derived(from: "\(prefix)/\(nextNumber(prefix))", length: 20)
    }

    /// The time of a change to something that last changed then.
    func timeOfChange(after last: SandboxInstant) -> SandboxInstant {
        max(now, SandboxInstant(milliseconds: last.milliseconds + 1))
    }
}

/// Who may call a sandbox, and how its webhooks are signed.
public struct SandboxCredentials: Hashable, Sendable {
    /// What the header `api-key` must say.
    public var apiKey: String
    public var merchantID: String
    /// The key of the webhooks' signatures; without one they are not signed.
    public var webhookSecret: String?

    public init(
        apiKey: String = "snd_key", merchantID: String = "merchant_sandbox", webhookSecret: String? = "whsec_sandbox"
    ) {
        self.apiKey = apiKey
        self.merchantID = merchantID
        self.webhookSecret = webhookSecret
    }
}
