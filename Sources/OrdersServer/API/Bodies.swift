import Foundation
import Money
import Orders

/// What clients send.
enum Bodies {
    /// `POST /orders`.
    struct Creation: Decodable {
        let amount: String
        let currency: String
        let customer_id: String
    }

    /// `POST /orders/{id}/refund`, and `/capture` with a provider. A field that is there must not be null: that would
    /// turn a client's slip into a refund of everything.
    struct Amount: Decodable {
        let amount: String?
        let currency: String?

        private enum CodingKeys: CodingKey {
            case amount, currency
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            amount = fields.contains(.amount) ? try fields.decode(String.self, forKey: .amount) : nil
            currency = fields.contains(.currency) ? try fields.decode(String.self, forKey: .currency) : nil
        }
    }

    /// `POST /clock/advance`.
    struct ClockAdvance: Decodable {
        let seconds: Int64
    }

    /// Any JSON object, whose fields do not matter: how a customer pays is not this service's business.
    struct Anything: Decodable {
        private enum CodingKeys: CodingKey {}

        init(from decoder: any Decoder) throws {
            _ = try decoder.container(keyedBy: CodingKeys.self)
        }
    }

    /// Reads a body that must be there.
    ///
    /// - Throws: `APIError`, 400, with a sentence about the field.
    static func decode<Body: Decodable>(_ type: Body.Type, from bytes: [UInt8]) throws(APIError) -> Body {
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw .invalidBody(complaint(about: error))
        }
    }

    /// Reads a body that may be left out.
    static func decodeIfPresent<Body: Decodable>(_ type: Body.Type, from bytes: [UInt8]) throws(APIError) -> Body? {
        bytes.isEmpty ? nil : try decode(type, from: bytes)
    }

    private static let decoder = JSONDecoder()

    private static func complaint(about error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _):
            "The field \"\(key.stringValue)\" is missing."
        case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
            context.codingPath.last.map { "The field \"\($0.stringValue)\" is not \(name(of: type))." }
                ?? "The body is not a JSON object."
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            "The field \"\(context.codingPath[0].stringValue)\" is not a number in range."
        default: "The body is not valid JSON."
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Int64.Type: "a whole number"
        default: "of the expected type"
        }
    }
}
