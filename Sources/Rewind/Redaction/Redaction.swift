/// What to hide of an exchange before people or files see it: credentials by the name of their field, card numbers by
/// their digits.
///
/// ```swift
/// let shown = exchange.redacted(by: .standard.hiding(fields: ["iban"]))
/// ```
///
/// A hidden value becomes `[redacted]`; everything else keeps its bytes, and JSON stays JSON. Names compare without
/// regard to case, dashes and underscores, so `cardNumber` is `card_number`; a name that *ends* in token, secret,
/// password, credential or api key is hidden too. Idempotency keys stay visible: they explain what an API did.
///
/// A card number is 13 to 19 digits that begin with 2 to 6 as those of card schemes do, pass the Luhn check, and stand
/// alone or in groups of at least four with one space or dash between. One in ten other numbers of that form passes
/// too and is hidden by mistake: redact what is shown, never what is compared.
public struct Redaction: Sendable, Hashable {
    private let headerNames: Set<[UInt8]>
    private let fieldNames: Set<[UInt8]>
    private let literals: LiteralRedaction

    /// What takes a hidden value's place.
    public static let replacement = "[redacted]"

    /// Hides what is secret in most APIs.
    public static let standard = Redaction(
        headers: [
            "authorization", "proxy-authorization", "cookie", "set-cookie", "api-key", "x-api-key", "apikey",
            "x-auth-token",
        ],
        fields: [
            "password", "passwd", "passphrase", "pin", "token", "access_token", "refresh_token", "id_token",
            "client_secret", "secret", "secret_key", "private_key", "api_key", "authorization", "credentials",
            "card_token", "card_number", "pan", "cvc", "cvv", "cvv2", "card_cvc", "card_cvv", "card_cvc2",
            "security_code", "session_id", "otp",
        ])

    private init(headers: [String], fields: [String]) {
        headerNames = Set(headers.map { FieldName.normalized($0.utf8) })
        fieldNames = Set(fields.map { FieldName.normalized($0.utf8) })
        literals = LiteralRedaction([])
    }

    private init(headerNames: Set<[UInt8]>, fieldNames: Set<[UInt8]>, literals: LiteralRedaction) {
        self.headerNames = headerNames
        self.fieldNames = fieldNames
        self.literals = literals
    }

    /// The same, and these names too. Fields are members of JSON objects, form fields and query parameters.
    public func hiding(headers: [String] = [], fields: [String] = []) -> Redaction {
        Redaction(
            headerNames: headerNames.union(headers.map { FieldName.normalized($0.utf8) }),
            fieldNames: fieldNames.union(fields.map { FieldName.normalized($0.utf8) }), literals: literals)
    }

    /// The same, and these texts too, wherever they stand, also percent-encoded or escaped for JSON. Texts of fewer than 4
    /// bytes are left: hiding each “1” would hide what is to be seen.
    public func hiding(literals texts: some Sequence<String>) -> Redaction {
        Redaction(
            headerNames: headerNames, fieldNames: fieldNames, literals: LiteralRedaction(literals.texts.union(texts)))
    }

    /// A sentence of a report without the texts of ``hiding(literals:)``.
    public func sentence(_ text: String) -> String { literals.replacing(in: text) }

    /// The headers with secret values hidden.
    public func headers(_ headers: [Exchange.Header]) -> [Exchange.Header] {
        headers.map { Exchange.Header($0.name, headerValue($0)) }
    }

    /// The path with secret query parameters and card numbers hidden.
    public func path(_ path: String) -> String {
        let bytes = Array(path.utf8)
        let query = bytes.firstIndex(of: UInt8(ascii: "?")).map { $0 + 1 } ?? bytes.count
        let hidden = FormRedaction(bytes: bytes, start: query, isSecret: isSecretField).ranges
        return String(decoding: hide(hidden, in: bytes, style: .encoded), as: UTF8.self)
    }

    /// The body with secret fields and card numbers hidden. Linear in the body's size.
    ///
    /// Fields are found in forms, when the content type says so, and in JSON wherever it stands: whole, cut off, one
    /// value a line, or quoted inside a string. Compressed and multipart bodies are only searched for card numbers.
    public func body(_ body: [UInt8], contentType: String? = nil) -> [UInt8] {
        if contentType?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false {
            let hidden = FormRedaction(bytes: body, start: 0, isSecret: isSecretField).ranges
            return hide(hidden, in: body, style: .encoded)
        }
        var search = JSONRedaction(bytes: body, isSecret: isSecretField)
        return hide(search.hiddenRanges(), in: body, style: .plain)
    }

    /// Free text, such as an error's words, with card numbers hidden.
    public func text(_ text: String) -> String {
        String(decoding: hide([], in: Array(text.utf8), style: .plain), as: UTF8.self)
    }

    /// The value of a column or variable, hidden when its name says that it is secret.
    public func value(_ value: String, named name: String) -> String {
        isSecretField(ArraySlice(name.utf8)) && value != "NULL" ? Self.replacement : text(value)
    }

    private func headerValue(_ header: Exchange.Header) -> String {
        let name = FieldName.normalized(header.name.utf8)
        if FieldName.ends(name, in: "idempotencykey") { return sentence(header.value) }
        if headerNames.contains(name) || FieldName.containsSecretWord(name) { return Self.replacement }
        return FieldName.ends(name, in: "location") ? path(header.value) : text(header.value)
    }

    /// Whether the value under that name is hidden, however the name is spelt.
    private func isSecretField(_ name: ArraySlice<UInt8>) -> Bool {
        guard !name.isEmpty, name.count <= 128 else { return false }
        let normalized = FieldName.normalized(name)
        return fieldNames.contains(normalized) || FieldName.endsInSecretWord(normalized)
    }

    private func hide(_ fields: [HiddenRange], in bytes: [UInt8], style: CardNumbers.Style) -> [UInt8] {
        let cards = CardNumbers(bytes: bytes, style: style).ranges
        guard !fields.isEmpty || !cards.isEmpty else { return literals.replacing(in: bytes) }
        return literals.replacing(in: HiddenRange.replacing(HiddenRange.merged(fields, cards), in: bytes))
    }
}

extension Exchange {
    /// The same exchange, fit to be shown or stored.
    public func redacted(by redaction: Redaction = .standard) -> Exchange {
        var copy = self
        copy.path = redaction.path(path)
        copy.requestHeaders = redaction.headers(requestHeaders)
        copy.requestBody = redaction.body(requestBody, contentType: requestHeaders.contentType)
        switch reply {
        case .response(let status, let headers, let body):
            copy.reply = .response(
                status: status, headers: redaction.headers(headers),
                body: redaction.body(body, contentType: headers.contentType))
        case .lost(let reason):
            copy.reply = .lost(reason: redaction.text(reason))
        }
        return copy
    }
}

extension [Exchange.Header] {
    fileprivate var contentType: String? { first { $0.name.lowercased() == "content-type" }?.value }
}

/// Names of headers and fields, compared by their letters and digits alone.
private enum FieldName {
    private static let secretWords = ["token", "secret", "password"].map { Array($0.utf8) }
    private static let secretEndings = secretWords + ["credential", "apikey"].map { Array($0.utf8) }

    static func normalized(_ name: some Sequence<UInt8>) -> [UInt8] {
        var letters: [UInt8] = []
        for byte in name {
            switch byte {
            case 0x41...0x5A: letters.append(byte | 0x20)
            case 0x61...0x7A, 0x30...0x39: letters.append(byte)
            case 0x80...: letters.append(byte)
            default: break
            }
        }
        return letters
    }

    static func containsSecretWord(_ name: [UInt8]) -> Bool {
        secretWords.contains { word in
            name.count >= word.count && name.indices.contains { name[$0...].starts(with: word) }
        }
    }

    static func endsInSecretWord(_ name: [UInt8]) -> Bool {
        secretEndings.contains { name.suffix($0.count) == $0[...] }
    }

    static func ends(_ name: [UInt8], in word: String) -> Bool { name.suffix(word.utf8.count) == Array(word.utf8)[...] }
}
