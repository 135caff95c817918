import Digests

/// Ids that are made up without chance.
enum SandboxIDs {
    /// Letters and digits that follow from the text, and that nobody would guess to be in order.
    static func derived(from text: String, length: Int) -> String {
        let letters = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        let digest = Digests.sha256(text.utf8)
        return String(decoding: (0..<length).map { letters[Int(digest[$0] & 31)] }, as: UTF8.self)
    }

    /// The id of the event that an object came into a status. Real ones are ordered by time; these are the same in
    /// whatever order events come about.
    static func event(_ type: String, of object: String) -> String {
        "evt_" + derived(from: "\(object)_\(type)", length: 26)
    }
}
