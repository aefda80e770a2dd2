//go:build desktop && linux

// What Wails leaves open on WebKitGTK is shut here: where the page may go, what it may
// ask of the system, what it may fetch, and what its context menu holds. All functions
// but steward_guard and steward_quit belong to GTK's thread; those two only post to it.
#include <gtk/gtk.h>
#include <webkit2/webkit2.h>
#include <string.h>
#include "guard_linux.h"
#include "_cgo_export.h"

static const char *const origin = "wails://wails/";
static const char *const api = "wails://wails/api/";
// Nothing listens on port 1: whatever slips past the page's policy ends here.
static const char *const dead_proxy = "http://127.0.0.1:1";

static int least_width, least_height;
static int last_width, last_height, last_maximised;

int steward_prepare(void)
{
    if (!gtk_init_check(NULL, NULL))
        return 0;
    WebKitWebContext *context = webkit_web_context_get_default();
    // A single page that never goes back needs no page cache and little of others.
    webkit_web_context_set_cache_model(context, WEBKIT_CACHE_MODEL_DOCUMENT_VIEWER);
    webkit_web_context_set_spell_checking_enabled(context, FALSE);
    WebKitNetworkProxySettings *proxy = webkit_network_proxy_settings_new(dead_proxy, NULL);
    webkit_website_data_manager_set_network_proxy_settings(
        webkit_web_context_get_website_data_manager(context), WEBKIT_NETWORK_PROXY_MODE_CUSTOM, proxy);
    webkit_network_proxy_settings_free(proxy);
    return 1;
}

int steward_system_is_dark(void)
{
    GtkSettings *settings = gtk_settings_get_default();
    if (!settings)
        return 0;
    gboolean dark = FALSE;
    char *theme = NULL;
    g_object_get(settings, "gtk-application-prefer-dark-theme", &dark, "gtk-theme-name", &theme, NULL);
    if (!dark && theme)
        dark = g_str_has_suffix(theme, "-dark") || g_str_has_suffix(theme, "-Dark") || g_str_has_suffix(theme, ":dark");
    g_free(theme);
    return dark;
}

// The page may move inside itself only. The API answers requests, it is no page to be at.
static gboolean may_visit(const char *uri)
{
    if (!uri)
        return FALSE;
    if (strcmp(uri, "about:blank") == 0 || strcmp(uri, "about:srcdoc") == 0)
        return TRUE;
    return g_str_has_prefix(uri, origin) && !g_str_has_prefix(uri, api);
}

static gboolean on_policy(WebKitWebView *view, WebKitPolicyDecision *decision, WebKitPolicyDecisionType type, gpointer data)
{
    if (type == WEBKIT_POLICY_DECISION_TYPE_RESPONSE) {
        if (webkit_response_policy_decision_is_mime_type_supported(WEBKIT_RESPONSE_POLICY_DECISION(decision)))
            return FALSE;
        webkit_policy_decision_ignore(decision); // it would become a download
        return TRUE;
    }
    WebKitNavigationAction *action = webkit_navigation_policy_decision_get_navigation_action(
        WEBKIT_NAVIGATION_POLICY_DECISION(decision));
    const char *uri = webkit_uri_request_get_uri(webkit_navigation_action_get_request(action));
    if (type == WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION && may_visit(uri))
        return FALSE;
    webkit_policy_decision_ignore(decision);
    stewardRefused();
    return TRUE;
}

static void on_download(WebKitWebContext *context, WebKitDownload *download, gpointer data)
{
    webkit_download_cancel(download);
}

static gboolean on_permission(WebKitWebView *view, WebKitPermissionRequest *request, gpointer data)
{
    webkit_permission_request_deny(request);
    return TRUE;
}

static gboolean is_editing(WebKitContextMenuItem *item)
{
    switch (webkit_context_menu_item_get_stock_action(item)) {
    case WEBKIT_CONTEXT_MENU_ACTION_COPY:
    case WEBKIT_CONTEXT_MENU_ACTION_CUT:
    case WEBKIT_CONTEXT_MENU_ACTION_PASTE:
    case WEBKIT_CONTEXT_MENU_ACTION_DELETE:
    case WEBKIT_CONTEXT_MENU_ACTION_SELECT_ALL:
    case WEBKIT_CONTEXT_MENU_ACTION_INPUT_METHODS:
    case WEBKIT_CONTEXT_MENU_ACTION_UNICODE:
    case WEBKIT_CONTEXT_MENU_ACTION_INSERT_EMOJI:
        return TRUE;
    default:
        return FALSE;
    }
}

// Reload, Back, Open Link and the like have no place here; copy and paste do.
static gboolean on_context_menu(WebKitWebView *view, WebKitContextMenu *menu, GdkEvent *event, WebKitHitTestResult *hit, gpointer data)
{
    GList *items = g_list_copy(webkit_context_menu_get_items(menu));
    for (GList *at = items; at; at = at->next)
        if (!is_editing(at->data))
            webkit_context_menu_remove(menu, at->data);
    g_list_free(items);
    return webkit_context_menu_get_n_items(menu) == 0;
}

static void on_terminated(WebKitWebView *view, WebKitWebProcessTerminationReason reason, gpointer data)
{
    stewardTerminated((int)reason);
    webkit_web_view_load_uri(view, origin);
}

static gboolean on_configure(GtkWidget *window, GdkEventConfigure *event, gpointer data)
{
    if (!last_maximised)
        gtk_window_get_size(GTK_WINDOW(window), &last_width, &last_height);
    return FALSE;
}

static gboolean on_state(GtkWidget *window, GdkEventWindowState *event, gpointer data)
{
    last_maximised = (event->new_window_state & (GDK_WINDOW_STATE_MAXIMIZED | GDK_WINDOW_STATE_FULLSCREEN)) != 0;
    return FALSE;
}

static WebKitWebView *find_view(GtkWidget *widget)
{
    if (WEBKIT_IS_WEB_VIEW(widget))
        return WEBKIT_WEB_VIEW(widget);
    if (!GTK_IS_CONTAINER(widget))
        return NULL;
    WebKitWebView *found = NULL;
    GList *children = gtk_container_get_children(GTK_CONTAINER(widget));
    for (GList *at = children; at && !found; at = at->next)
        found = find_view(at->data);
    g_list_free(children);
    return found;
}

static void guard_view(WebKitWebView *view)
{
    g_signal_connect(view, "decide-policy", G_CALLBACK(on_policy), NULL);
    g_signal_connect(view, "permission-request", G_CALLBACK(on_permission), NULL);
    g_signal_connect(view, "context-menu", G_CALLBACK(on_context_menu), NULL);
    g_signal_connect(view, "web-process-terminated", G_CALLBACK(on_terminated), NULL);
    g_signal_connect(webkit_web_view_get_context(view), "download-started", G_CALLBACK(on_download), NULL);
    // Wails' own channel from the page into Go.
    webkit_user_content_manager_unregister_script_message_handler(
        webkit_web_view_get_user_content_manager(view), "external");

    WebKitSettings *settings = webkit_web_view_get_settings(view);
    webkit_settings_set_enable_page_cache(settings, FALSE);
    webkit_settings_set_enable_webgl(settings, FALSE);
    webkit_settings_set_enable_webaudio(settings, FALSE);
    webkit_settings_set_enable_media(settings, FALSE);
    webkit_settings_set_enable_media_stream(settings, FALSE);
    webkit_settings_set_enable_back_forward_navigation_gestures(settings, FALSE);
    webkit_settings_set_javascript_can_open_windows_automatically(settings, FALSE);
    webkit_settings_set_allow_file_access_from_file_urls(settings, FALSE);
    webkit_settings_set_allow_universal_access_from_file_urls(settings, FALSE);
}

static gboolean guard_window(gpointer data)
{
    GList *windows = gtk_window_list_toplevels();
    for (GList *at = windows; at; at = at->next) {
        WebKitWebView *view = find_view(at->data);
        if (!view)
            continue;
        guard_view(view);
        g_signal_connect(at->data, "configure-event", G_CALLBACK(on_configure), NULL);
        g_signal_connect(at->data, "window-state-event", G_CALLBACK(on_state), NULL);
        // Wails sets its least size before the window has a screen, which does nothing.
        GdkGeometry size = {.min_width = least_width, .min_height = least_height};
        gtk_window_set_geometry_hints(GTK_WINDOW(at->data), NULL, &size, GDK_HINT_MIN_SIZE);
        gtk_window_get_size(GTK_WINDOW(at->data), &last_width, &last_height);
    }
    g_list_free(windows);
    return G_SOURCE_REMOVE;
}

void steward_guard(int min_width, int min_height)
{
    least_width = min_width;
    least_height = min_height;
    g_idle_add_full(G_PRIORITY_HIGH, guard_window, NULL, NULL);
}

// An open dialog runs a loop of its own and would keep the window from closing.
static gboolean quit(gpointer data)
{
    GList *windows = gtk_window_list_toplevels();
    for (GList *at = windows; at; at = at->next)
        if (GTK_IS_DIALOG(at->data))
            gtk_dialog_response(GTK_DIALOG(at->data), GTK_RESPONSE_CANCEL);
    g_list_free(windows);
    if (gtk_main_level() > 0)
        gtk_main_quit();
    return G_SOURCE_REMOVE;
}

void steward_quit(void)
{
    g_idle_add_full(G_PRIORITY_HIGH, quit, NULL, NULL);
}

void steward_geometry(int *width, int *height, int *maximised)
{
    *width = last_width;
    *height = last_height;
    *maximised = last_maximised;
}
