//! Services and their operations, as static data.

/// A service: where it is and how it is spoken to.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// The SDK's id of it, from which come `AWS_ENDPOINT_URL_<ID>` and the name of its section in a profile.
    pub(super) id: &'static str,
    /// What stands first in its host name: `monitoring`.
    pub(super) host: &'static str,
    /// What it is called in signatures.
    pub(super) signing: &'static str,
    /// What IAM's actions begin with. Errors and metrics call the service so, too.
    pub(super) word: &'static str,
    pub(super) protocol: Protocol,
    /// Headers of every request.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// Endpoints that are not where the others are.
    pub(super) endpoints: &'static [Endpoint],
}

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// awsJson: the body is the input, and a header names the operation.
    Json {
        /// `1.0` or `1.1`.
        version: &'static str,
        /// What stands before the operation's name in the header.
        target: &'static str,
    },
    /// restJson1: method, path, query and headers carry members, and the body the rest of them.
    Rest,
    /// AWS query: a form is sent, and XML comes back.
    Query {
        /// The version of the API: `2010-03-31`.
        version: &'static str,
    },
    /// Query as EC2 speaks it: lists are flat, and answers have no element around the result.
    Ec2 {
        /// The version of the API: `2016-11-15`.
        version: &'static str,
    },
}

/// An endpoint of a service that is not where the others are.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// The partitions in which it is so.
    pub partitions: &'static [&'static str],
    /// Whether it is that of FIPS 140.
    pub fips: bool,
    /// Whether it answers over IPv4 and IPv6.
    pub dual_stack: bool,
    /// The host, with `{region}`, and with `{domain}` of the partition.
    pub host: &'static str,
}

impl Service {
    const fn new(id: &'static str, host: &'static str, protocol: Protocol) -> Self {
        Service { id, host, signing: host, word: host, protocol, headers: &[], endpoints: &[] }
    }

    /// A service that speaks awsJson 1.0.
    #[must_use]
    pub const fn json10(id: &'static str, host: &'static str, target: &'static str) -> Self {
        Service::new(id, host, Protocol::Json { version: "1.0", target })
    }

    /// A service that speaks awsJson 1.1.
    #[must_use]
    pub const fn json11(id: &'static str, host: &'static str, target: &'static str) -> Self {
        Service::new(id, host, Protocol::Json { version: "1.1", target })
    }

    /// A service that speaks restJson1.
    #[must_use]
    pub const fn rest(id: &'static str, host: &'static str) -> Self {
        Service::new(id, host, Protocol::Rest)
    }

    /// A service that speaks query.
    #[must_use]
    pub const fn query(id: &'static str, host: &'static str, version: &'static str) -> Self {
        Service::new(id, host, Protocol::Query { version })
    }

    /// A service that speaks query as EC2 does.
    #[must_use]
    pub const fn ec2(id: &'static str, host: &'static str, version: &'static str) -> Self {
        Service::new(id, host, Protocol::Ec2 { version })
    }

    /// The same, whose IAM actions begin otherwise than its host.
    #[must_use]
    pub const fn word(self, word: &'static str) -> Self {
        Service { word, ..self }
    }

    /// The same, which signatures call otherwise than its host.
    #[must_use]
    pub const fn signing(self, signing: &'static str) -> Self {
        Service { signing, ..self }
    }

    /// The same with headers on every request.
    #[must_use]
    pub const fn headers(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Service { headers, ..self }
    }

    /// The same, which spoke query before and is asked to tell the codes of that time.
    #[must_use]
    pub const fn query_compatible(self) -> Self {
        self.headers(&[("x-amzn-query-mode", "true")])
    }

    /// The same with some endpoints elsewhere.
    #[must_use]
    pub const fn endpoints(self, endpoints: &'static [Endpoint]) -> Self {
        Service { endpoints, ..self }
    }

    /// An operation that is told by its name: awsJson, query.
    #[must_use]
    pub const fn operation(&'static self, name: &'static str) -> Operation {
        self.http(name, "POST", "/")
    }

    /// An operation of restJson1. The path has members in it: `/v2/apis/{ApiId}/routes`; those of `{Key+}` keep their
    /// slashes.
    #[must_use]
    pub const fn http(
        &'static self,
        name: &'static str,
        method: &'static str,
        path: &'static str,
    ) -> Operation {
        let http = Http { method, path, query: &[], headers: &[], payload: None };
        Operation { service: self, name, http, answer: None, forms: &[] }
    }
}

/// An operation of a service.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub(super) service: &'static Service,
    pub(super) name: &'static str,
    pub(super) http: Http,
    /// The member that the whole body of an answer is, as a blob.
    pub(super) answer: Option<&'static str>,
    /// How query spells lists and maps, by their paths.
    pub(super) forms: &'static [(&'static str, Form)],
}

/// Where members go under restJson1. What is named nowhere stands in the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Http {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    /// Members in the query, and how they are called there.
    pub(super) query: &'static [(&'static str, &'static str)],
    /// Members in headers, and how they are called there.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// The member that the whole body is, as a blob.
    pub(super) payload: Option<&'static str>,
}

/// How query spells a list or a map. What is said of a list holds for the members of its items by the same path: list and
/// item are one step, and so are map and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A list whose items have a name of their own: `Tags.Tag.1=a`, `<Tags><Tag>a</Tag></Tags>`.
    List(&'static str),
    /// A list whose items have its own name: `Tag.1=a`, `<Tag>a</Tag>`.
    Flat,
    /// A map of entries, with the names of key and value: `Map.entry.1.key=a`, `<Map><entry><key>a</key>…`.
    Map(&'static str, &'static str),
    /// A map whose entries have its own name: `Map.1.key=a`, `<Map><key>a</key>…`.
    FlatMap(&'static str, &'static str),
}

impl Form {
    /// The usual list of query. In requests it need not be told.
    pub const MEMBERS: Form = Form::List("member");
    /// The usual list in EC2's answers.
    pub const ITEMS: Form = Form::List("item");
    /// The usual map of query.
    pub const ENTRIES: Form = Form::Map("key", "value");
}

impl Operation {
    /// The same with members in the query, each with its name there.
    #[must_use]
    pub const fn in_query(mut self, members: &'static [(&'static str, &'static str)]) -> Self {
        self.http.query = members;
        self
    }

    /// The same with members in headers, each with the header's name.
    #[must_use]
    pub const fn in_headers(mut self, members: &'static [(&'static str, &'static str)]) -> Self {
        self.http.headers = members;
        self
    }

    /// The same with one member, a blob, as its body.
    #[must_use]
    pub const fn payload(mut self, member: &'static str) -> Self {
        self.http.payload = Some(member);
        self
    }

    /// The same, whose answer has one member, a blob, as its body.
    #[must_use]
    pub const fn answers(mut self, member: &'static str) -> Self {
        self.answer = Some(member);
        self
    }

    /// The same with the forms of lists and maps in its request and in its answer, by the names of the members down to them
    /// (`Filter.Value`). Members are called as on the wire.
    #[must_use]
    pub const fn forms(mut self, forms: &'static [(&'static str, Form)]) -> Self {
        self.forms = forms;
        self
    }

    /// `athena:GetWorkGroup`, as IAM and errors spell it.
    #[must_use]
    pub fn action(&self) -> String {
        format!("{}:{}", self.service.word, self.name)
    }

    pub(super) fn form(&self, path: &str) -> Option<Form> {
        self.forms.iter().find(|(of, _)| *of == path).map(|(_, form)| *form)
    }
}

/// The path of a member below another.
pub(super) fn below(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") }
}
