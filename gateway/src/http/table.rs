//! A surface's table of routes: which operation of its reference stands at which method and path. What is served and
//! what is documented both follow the table, so that a path is corrected in one line of it.

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, guard, web};
use std::marker::PhantomData;
use utoipa::openapi::path::{HttpMethod, Operation, Paths};
use utoipa::openapi::{PathItem, RefOr, Schema};
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig;

/// A line of a table. [`route_table`](crate::route_table) makes one.
pub trait Route: 'static {
    /// The operation as the reference names it; its operation id.
    const NAME: &'static str;
    /// The method.
    const METHOD: Method;
    /// The whole path, with parameters in braces.
    const PATH: &'static str;
}

/// Declares the table of a surface: `route_table!(GetTasks: GET "/api/v1/tasks")`. Each line becomes a type that
/// `#[utoipa::path(get, path = GetTasks, impl_for = GetTasks, …)]` describes; [`Table::serve`] gives it its handler.
#[macro_export]
macro_rules! route_table {
    ($($name:ident: $method:ident $path:literal),+ $(,)?) => {
        $(
            #[doc = concat!("`", stringify!($method), " ", $path, "`")]
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl $crate::http::table::Route for $name {
                const NAME: &'static str = stringify!($name);
                const METHOD: actix_web::http::Method = actix_web::http::Method::$method;
                const PATH: &'static str = $path;
            }

            impl From<$name> for String {
                fn from(_: $name) -> Self {
                    $path.to_owned()
                }
            }
        )+

        /// Name, method and path of every line.
        pub const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), stringify!($method), $path)),+];
    };
}

/// Registers the lines of a table that lie below one path.
pub struct Table<'a, 's> {
    base: &'static str,
    lines: Lines,
    config: &'a mut ServiceConfig<'s>,
}

/// Name, method and path of every line of a table.
type Lines = &'static [(&'static str, &'static str, &'static str)];

impl<'a, 's> Table<'a, 's> {
    /// For a scope at `base`, such as `/api/v1`, of the table with these lines.
    pub fn below(base: &'static str, lines: Lines, config: &'a mut ServiceConfig<'s>) -> Self {
        Self { base, lines, config }
    }

    /// Lets `handler` serve `route`, and documents it; nothing when the route lies elsewhere.
    pub fn serve<R, H, Args>(&mut self, route: R, handler: H) -> &mut Self
    where
        R: Route + OpenApiFactory,
        H: Handler<Args>,
        H::Output: Responder + 'static,
        Args: FromRequest + 'static,
    {
        let path = R::PATH.strip_prefix(self.base);
        if let Some(path) = path.filter(|path| path.starts_with('/')) {
            self.config.service(Served {
                route,
                path,
                lines: self.lines,
                handler,
                arguments: PhantomData,
            });
        }
        self
    }
}

/// A line with its handler.
struct Served<R, H, Args> {
    route: R,
    path: &'static str,
    lines: Lines,
    handler: H,
    arguments: PhantomData<Args>,
}

impl<R, H, Args> HttpServiceFactory for Served<R, H, Args>
where
    R: Route,
    H: Handler<Args>,
    H::Output: Responder + 'static,
    Args: FromRequest + 'static,
{
    fn register(self, config: &mut AppService) {
        let lines = self.lines;
        // Guarded as a whole, so that another method of the same path finds its own line. What a line says letter by
        // letter is no parameter of another one.
        web::resource(self.path)
            .name(R::NAME)
            .guard(guard::Method(R::METHOD))
            .guard(guard::fn_guard(move |request| {
                let path = request.head().uri.path();
                R::PATH == path || !lines.iter().any(|(_, _, line)| *line == path)
            }))
            .to(self.handler)
            .register(config);
    }
}

impl<R: Route + OpenApiFactory, H, Args> OpenApiFactory for Served<R, H, Args> {
    fn paths(&self) -> Paths {
        let described = self.route.paths().paths.into_values();
        let mut paths = Paths::new();
        for operation in described.filter_map(operation) {
            let mut named = operation;
            named.operation_id = Some(R::NAME.to_owned());
            paths.add_path_operation(self.path, vec![method(&R::METHOD)], named);
        }
        paths
    }

    fn schemas(&self, schemas: &mut Vec<(String, RefOr<Schema>)>) {
        self.route.schemas(schemas);
    }
}

fn operation(item: PathItem) -> Option<Operation> {
    item.get.or(item.put).or(item.post).or(item.delete).or(item.patch)
}

fn method(method: &Method) -> HttpMethod {
    match *method {
        Method::PUT => HttpMethod::Put,
        Method::POST => HttpMethod::Post,
        Method::DELETE => HttpMethod::Delete,
        Method::PATCH => HttpMethod::Patch,
        _ => HttpMethod::Get,
    }
}
