import ExactJSON
import Synchronization

/// A request to the provider, as it came: who looks at retries wants to see the same key again.
public struct SandboxCall: Hashable, Sendable {
    public let method: String
    /// Such as `/payments/pay_1/capture`.
    public let path: String
    /// The header `Idempotency-Key`; the first, if there were several.
    public let idempotencyKey: String?
    /// The id that the caller chose for what is to be made: `payment_id`, `refund_id` or `payout_id` of the body.
    public let id: String?

    var json: JSON {
        [
            "method": .string(method), "path": .string(path),
            "idempotency_key": idempotencyKey.map { .string($0) } ?? nil,
            "id": id.map { .string($0) } ?? nil,
        ]
    }
}

/// What was asked so far. It stands beside the state: rewinding does not make a request that came one that did not.
final class CallLog: Sendable {
    private let calls = Mutex<[SandboxCall]>([])
    private static let longest = 10_000

    var all: [SandboxCall] { calls.withLock { $0 } }

    func clear() { calls.withLock { $0 = [] } }

    func note(_ request: SandboxRequest) {
        let call = SandboxCall(
            method: request.method, path: request.path, idempotencyKey: request.idempotencyKey, id: Self.id(in: request)
        )
        calls.withLock { calls in
            if calls.count == Self.longest { calls.removeFirst(Self.longest / 10) }
            calls.append(call)
        }
    }

    private static func id(in request: SandboxRequest) -> String? {
        guard request.method == "POST", let body = try? JSON(parsing: request.body) else { return nil }
        let name =
            request.path.hasPrefix("/refunds") ? "refund_id" : request.path.hasPrefix("/payouts") ? "payout_id" : nil
        guard case .string(let id)? = body[name ?? "payment_id"] else { return nil }
        return id
    }
}
