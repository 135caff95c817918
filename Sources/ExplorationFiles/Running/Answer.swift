import ExactJSON
import RewindHTTP

extension JSONPath {
    /// What stands there; `nil` when nothing does.
    public func value(in json: JSON) -> JSON? {
        var current = json
        for step in steps {
            let next: JSON?
            switch (step, current) {
            case (.member(let name), _): next = current[name]
            case (.element(let index), .array(let elements)):
                next = current[index < 0 ? elements.count + index : index]
            case (.element, _): next = nil
            }
            guard let next else { return nil }
            current = next
        }
        return current
    }
}

/// An answer lacks what was to be taken from it.
struct MissingInAnswer: Error, CustomStringConvertible {
    let description: String
}

extension SavePart {
    /// The value that the variable takes from an answer.
    /// - Throws: ``MissingInAnswer``, or `UnreadableReply` for a body that is no JSON.
    func value(in reply: Reply) throws -> JSON {
        let found: JSON?
        let what: String
        switch source {
        case .status: return .number(String(reply.status))
        case .header(let name): (found, what) = (reply.header(name).map(JSON.string), "the header \(name)")
        case .json(let path):
            if isOptional, reply.body.isEmpty { return .null }
            (found, what) = (try reply.json.value.flatMap(path.value), path.description)
        }
        if let found { return found }
        if isOptional { return .null }
        throw MissingInAnswer(
            description: "\(position): there is no \(what) for “\(name.value)” in the answer. \(reply.summary)")
    }
}

extension JSON {
    /// Whether it is the same value: numbers by their worth, objects whatever the order of their members.
    func isSame(as other: JSON) -> Bool {
        switch (self, other) {
        case (.number(let a), .number(let b)):
            if a == b { return true }
            guard let a = JSON.decimal(of: a), let b = JSON.decimal(of: b) else { return false }
            return a == b
        case (.array(let a), .array(let b)): return a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
        case (.object, .object):
            guard case .object(let a) = ordered, case .object(let b) = other.ordered else { return false }
            return a.count == b.count && zip(a, b).allSatisfy { $0.name == $1.name && $0.value.isSame(as: $1.value) }
        default: return self == other
        }
    }
}
